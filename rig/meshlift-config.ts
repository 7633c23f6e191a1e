import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Document, type YAMLMap } from 'yaml';
import type { Kubeconfigs } from './kubernetes/index.ts';

export interface IstioctlBinary {
  readonly version: string;
  readonly path: string;
  readonly sha256: string;
}

export interface MeshliftConfigInput {
  readonly kubeconfigs: Pick<Kubeconfigs, 'worker' | 'installer'>;
  readonly istioctl: readonly IstioctlBinary[];
  /** Where people open the Temporal UI. */
  readonly temporalUi: string;
  /** Whether stand-ins connect to istiod for the proxies of pods. */
  readonly standInProxies?: boolean;
}

/** Soaks of seconds, so that an upgrade of the sample mesh takes minutes; the gate waits an hour. */
const DEMO_POLICY = {
  soak: { controlPlane: '5s', wave: '5s', mesh: '5s' },
  healthPoll: '2s',
  pruneGrace: '5s',
  gates: { complete: { expires: '1h' } },
};

/** The product's own configuration for this rig, under the cluster name `demo`. */
export function buildMeshliftConfig({
  kubeconfigs,
  istioctl,
  temporalUi,
  standInProxies = false,
}: MeshliftConfigInput): string {
  const binaries = istioctl.map(({ version, path: file, sha256 }): [string, unknown] => [
    version,
    { path: file, sha256 },
  ]);
  const document = new Document({
    apiVersion: 'meshlift.dev/v1alpha1',
    temporal: { webUrl: temporalUi },
    clusters: {
      demo: {
        kubeconfig: kubeconfigs.worker,
        installerKubeconfig: kubeconfigs.installer,
        meshNamespace: 'istio-system',
        installer: 'istioctl',
        policy: 'demo',
      },
    },
    installers: { istioctl: { binaries: Object.fromEntries(binaries) } },
    policies: {
      demo: { ...DEMO_POLICY, census: { connections: standInProxies ? 'required' : 'off' } },
    },
  });
  const census = document.getIn(['policies', 'demo', 'census'], true) as YAMLMap;
  census.commentBefore = standInProxies
    ? ' Stand-ins connect to istiod for every pod, as its proxy would.'
    : ' The pods of KWOK run no proxy: none would ever be connected to istiod.';
  return document.toString();
}

export function writeMeshliftConfig(stateDir: string, input: MeshliftConfigInput): string {
  const file = path.join(stateDir, 'meshlift.yaml');
  writeFileSync(file, buildMeshliftConfig(input));
  return file;
}
