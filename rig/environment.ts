import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { RigEndpoints } from './rig-state.ts';
import type { ToolPaths } from './tools/tool-paths.ts';

/** `<stateDir>/bin`, to be put first on PATH: every program a person or the product calls by name. */
export function linkTools(stateDir: string, tools: ToolPaths): string {
  const binDir = path.join(stateDir, 'bin');
  const links: [string, string][] = [
    ['temporal', tools.temporal],
    ['kubectl', tools.kubectl],
    ...Object.values(tools.istio).map((istio): [string, string] => [
      `istioctl-${istio.version}`,
      istio.istioctl,
    ]),
  ];
  rmSync(binDir, { recursive: true, force: true });
  mkdirSync(binDir, { recursive: true });
  for (const [name, target] of links) symlinkSync(target, path.join(binDir, name));
  return binDir;
}

/** What a program needs to work with the rig; PATH is left to the caller, who has one already. */
export function rigEnvironment(name: string, endpoints: RigEndpoints): Record<string, string> {
  return {
    KUBECONFIG: endpoints.kubeconfigs.person,
    TEMPORAL_ADDRESS: endpoints.temporalAddress,
    TEMPORAL_UI: endpoints.temporalUi,
    MESHLIFT_CONFIG: endpoints.meshliftConfig,
    MESHLIFT_RIG_NAME: name,
  };
}

/** `export` lines for `eval` in a POSIX shell. */
export function exportLines(name: string, endpoints: RigEndpoints): string[] {
  const variables = Object.entries(rigEnvironment(name, endpoints));
  return [
    ...variables.map(([variable, value]) => `export ${variable}=${quote(value)}`),
    `export PATH=${quote(endpoints.binDir)}:"$PATH"`,
  ];
}

function quote(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
