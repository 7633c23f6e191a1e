import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import type { RigEndpoints } from '../../../rig/rig-state.ts';

/** The clusters of the tests' configuration: one and the same rig under policies of its own each. */
export const CLUSTERS = [
  'asking',
  'asserting',
  'choosing',
  'demo',
  'expiring',
  'halting',
  'hasty',
  'narrow',
  'tolerant',
  'trusting',
  'wandering',
] as const;
export type ClusterName = (typeof CLUSTERS)[number];

const QUICK = {
  soak: { controlPlane: '1s', wave: '1s', mesh: '1s' },
  healthPoll: '1s',
  gates: { complete: { expires: '1h' } },
  restart: { maxPodsInFlight: 20, workloadDeadline: '60s' },
  controlPlaneDeadline: '60s',
  pruneGrace: '1s',
  // KWOK's pods run no proxy; where stand-ins connect for them, a test says so.
  census: { connections: 'off' },
};

const NARROW = { restart: { ...QUICK.restart, maxPodsInFlight: 4 } };

const POLICIES: Readonly<Record<ClusterName, object>> = {
  /** Begins only when somebody has agreed to the plan. */
  asking: { ...QUICK, gates: { ...QUICK.gates, start: { expires: '1h' } } },
  /** Takes no pod for moved that is not known to be connected; little patience. */
  asserting: { ...QUICK, census: { connections: 'required', wait: '15s' } },
  /** Some workloads of most namespaces before the others, and time to look at them. */
  choosing: {
    ...QUICK,
    soak: { ...QUICK.soak, wave: '4s' },
    waves: {
      first: [
        'Deployment legacy/billing',
        'Deployment shop/catalog',
        'StatefulSet payments/ledger',
      ],
    },
  },
  demo: QUICK,
  /** Nobody decides in time; waves as with `narrow`. */
  expiring: { ...QUICK, ...NARROW, gates: { complete: { expires: '3s' } } },
  /** One workload of a wave may fail; then somebody is asked. Little at once, so that some are left. */
  halting: {
    ...QUICK,
    restart: { maxPodsInFlight: 2, workloadDeadline: '20s', maxFailures: 1, onBreach: 'halt' },
  },
  /** Little patience with a control plane. */
  hasty: { ...QUICK, controlPlaneDeadline: '10s' },
  /** Waves that last long enough to be interrupted. */
  narrow: { ...QUICK, ...NARROW },
  /** What istiod does not tell about proxies is left open. */
  trusting: { ...QUICK, census: { connections: 'when-known', wait: '15s' } },
  /** Waves in which seven workloads may fail. */
  tolerant: { ...QUICK, restart: { ...QUICK.restart, workloadDeadline: '20s', maxFailures: 7 } },
  /** Reached by files of its own, which a test may point elsewhere. */
  wandering: QUICK,
};

type Identity = 'worker' | 'installer';

/** Points the cluster `wandering` at the cluster that these kubeconfigs are of. */
export function pointWandering(dir: string, kubeconfigs: Readonly<Record<Identity, string>>): void {
  for (const identity of ['worker', 'installer'] as const) {
    copyFileSync(kubeconfigs[identity], wanderingFile(dir, identity));
  }
}

function wanderingFile(dir: string, identity: Identity): string {
  return path.join(dir, `wandering-${identity}.yaml`);
}

/** Writes `meshlift.yaml` beside the tests' other files, from the one that the rig wrote. */
export function writeConfig(dir: string, { meshliftConfig, kubeconfigs }: RigEndpoints): string {
  const config = parse(readFileSync(meshliftConfig, 'utf8')) as { clusters: { demo: object } };
  pointWandering(dir, kubeconfigs);
  const wandering = {
    kubeconfig: wanderingFile(dir, 'worker'),
    installerKubeconfig: wanderingFile(dir, 'installer'),
  };
  const clusters = CLUSTERS.map((name): [string, object] => [
    name,
    { ...config.clusters.demo, policy: name, ...(name === 'wandering' ? wandering : {}) },
  ]);
  const file = path.join(dir, 'meshlift.yaml');
  writeFileSync(
    file,
    stringify({ ...config, clusters: Object.fromEntries(clusters), policies: POLICIES }),
  );
  return file;
}
