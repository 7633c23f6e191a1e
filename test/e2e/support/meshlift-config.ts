import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';

/** The clusters of the tests' configuration: one and the same rig under policies of its own each. */
export const CLUSTERS = ['demo', 'expiring', 'hasty', 'narrow', 'wandering'] as const;
export type ClusterName = (typeof CLUSTERS)[number];

const QUICK = {
  soak: { controlPlane: '1s', wave: '1s', mesh: '1s' },
  healthPoll: '1s',
  gates: { complete: { expires: '1h' } },
  restart: { maxPodsInFlight: 20, workloadDeadline: '60s' },
  controlPlaneDeadline: '60s',
  pruneGrace: '1s',
};

const NARROW = { restart: { ...QUICK.restart, maxPodsInFlight: 4 } };

const POLICIES: Readonly<Record<ClusterName, object>> = {
  demo: QUICK,
  /** Nobody decides in time; waves as with `narrow`. */
  expiring: { ...QUICK, ...NARROW, gates: { complete: { expires: '3s' } } },
  /** Little patience with a control plane. */
  hasty: { ...QUICK, controlPlaneDeadline: '10s' },
  /** Waves that last long enough to be interrupted. */
  narrow: { ...QUICK, ...NARROW },
  /** Its kubeconfig is a file that a test may point elsewhere. */
  wandering: QUICK,
};

/** The file that the cluster `wandering` is reached by. */
export function wanderingKubeconfig(dir: string): string {
  return path.join(dir, 'wandering.yaml');
}

/** Writes `meshlift.yaml` beside the tests' other files, from the one that the rig wrote. */
export function writeConfig(dir: string, rigConfig: string): string {
  const config = parse(readFileSync(rigConfig, 'utf8')) as {
    clusters: { demo: { kubeconfig: string } };
  };
  const { demo } = config.clusters;
  const wandering = wanderingKubeconfig(dir);
  copyFileSync(demo.kubeconfig, wandering);
  const clusters = CLUSTERS.map((name): [string, object] => [
    name,
    {
      ...demo,
      policy: name,
      ...(name === 'wandering' ? { kubeconfig: wandering, installerKubeconfig: wandering } : {}),
    },
  ]);
  const file = path.join(dir, 'meshlift.yaml');
  writeFileSync(
    file,
    stringify({ ...config, clusters: Object.fromEntries(clusters), policies: POLICIES }),
  );
  return file;
}
