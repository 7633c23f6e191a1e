import pc from 'picocolors';
import type { PartStatus } from '../kubernetes/index.ts';
import { isSameProcess } from '../process-identity.ts';
import { checkRigName, readRig, type RigPhase, type RigState } from '../rig-state.ts';
import { rigCommand } from './running-rig.ts';

export interface RigStatus {
  readonly name: string;
  /** `down`: there is none. `killed`: its supervisor is gone without having taken it down. */
  readonly state: RigPhase | 'down' | 'killed' | 'degraded';
  readonly parts: readonly PartStatus[];
  readonly rig?: RigState;
}

export function runStatus({ name, output }: { name: string; output: 'text' | 'json' }): void {
  const status = rigStatus(name);
  if (output === 'json') process.stdout.write(`${JSON.stringify(status)}\n`);
  else process.stdout.write(`${describe(status).join('\n')}\n`);
  process.exitCode = status.state === 'ready' ? 0 : 1;
}

export function rigStatus(name: string): RigStatus {
  const rig = readRig(checkRigName(name));
  if (rig === undefined) return { name, state: 'down', parts: [] };
  if (rig.phase === 'failed') return { name, state: 'failed', parts: rig.parts, rig };
  if (!isSameProcess(rig.supervisor)) return { name, state: 'killed', parts: [], rig };
  const isDegraded = rig.phase === 'ready' && rig.parts.some(({ state }) => state !== 'ready');
  return { name, state: isDegraded ? 'degraded' : rig.phase, parts: rig.parts, rig };
}

function describe({ name, state, parts, rig }: RigStatus): string[] {
  const endpoints = state === 'ready' || state === 'degraded' ? rig?.endpoints : undefined;
  return [
    `rig "${name}": ${explain(name, state)}${rig?.bare === true ? ' (bare: no mesh, no samples)' : ''}`,
    ...(rig?.error === undefined ? [] : [rig.error]),
    ...describeParts(parts),
    ...(endpoints === undefined
      ? []
      : [
          `Temporal UI ${endpoints.temporalUi}`,
          `eval "$(${rigCommand('env', name).replace('run', 'run -s')})"`,
        ]),
  ];
}

function describeParts(parts: readonly PartStatus[]): string[] {
  const width = Math.max(0, ...parts.map(({ name }) => name.length));
  return parts.map(({ name, state, detail }) => {
    const paint = { ready: pc.green, starting: pc.yellow, down: pc.red }[state];
    return `  ${name.padEnd(width)}  ${paint(state.padEnd(8))}  ${pc.dim(detail)}`;
  });
}

function explain(name: string, state: RigStatus['state']): string {
  switch (state) {
    case 'down':
      return `not up; \`${rigCommand('up', name)}\` brings it up`;
    case 'killed':
      return `its supervisor was killed; \`${rigCommand('down', name)}\` cleans up, \`up\` starts it anew`;
    case 'failed':
      return `did not start; \`${rigCommand('down', name)}\` cleans up`;
    case 'degraded':
      return 'up, but not every part is ready';
    case 'starting':
    case 'ready':
    case 'stopping':
      return state;
  }
}
