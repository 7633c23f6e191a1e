import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import type { Bench } from '../../../e2e/support/bench.ts';

/** The cluster of the rig, under a policy of its own. */
export const CLUSTER = 'demo';

/** No time between two steps: what is looked at is the way back, not health over time. */
const AT_ONCE = {
  soak: { controlPlane: '0s', wave: '0s', mesh: '0s' },
  healthPoll: '1s',
  gates: { complete: { expires: '1h' } },
  restart: { maxPodsInFlight: 20, workloadDeadline: '60s' },
  controlPlaneDeadline: '60s',
  pruneGrace: '0s',
  // KWOK's pods run no proxy.
  census: { connections: 'off' },
};

interface RigConfig {
  readonly clusters: Readonly<Record<typeof CLUSTER, object>>;
  readonly installers: { readonly istioctl: IstioctlSettings };
}

/** `installers.istioctl` of a `meshlift.yaml`. */
export interface IstioctlSettings {
  readonly binaries: Readonly<Record<string, object>>;
  readonly [member: string]: unknown;
}

/** Writes a `meshlift.yaml` like the one of the rig, in which nothing waits for time to pass. */
export function writeQuickConfig(
  { dir, endpoints }: Bench,
  {
    name = 'at-once',
    istioctl = (settings) => settings,
  }: {
    readonly name?: string;
    /** Where binaries come from, given where the rig has them. */
    readonly istioctl?: (settings: IstioctlSettings) => IstioctlSettings;
  } = {},
): string {
  const config = parse(readFileSync(endpoints.meshliftConfig, 'utf8')) as RigConfig;
  const file = path.join(dir, `meshlift-${name}.yaml`);
  const quick = {
    ...config,
    clusters: { [CLUSTER]: { ...config.clusters[CLUSTER], policy: 'at-once' } },
    installers: { istioctl: istioctl(config.installers.istioctl) },
    policies: { 'at-once': AT_ONCE },
  };
  writeFileSync(file, stringify(quick));
  return file;
}
