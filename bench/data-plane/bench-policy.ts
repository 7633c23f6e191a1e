import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';

export interface BenchPolicyInput {
  /** Workloads at once, as for the scripts. */
  readonly parallel: number;
  readonly podsPerSecond: number;
  /** Workloads of a wave that may fail; none unless said. */
  readonly maxFailures?: number;
  /** After which a workload has failed; so long that a loaded machine makes none fail, unless said. */
  readonly workloadDeadline?: string;
}

/** As fast as the same care allows: no soaks, all waves one after another, the same number at once. */
export function buildBenchPolicy({
  parallel,
  podsPerSecond,
  maxFailures,
  workloadDeadline = '30m',
}: BenchPolicyInput): object {
  return {
    soak: { controlPlane: '0s', wave: '0s', mesh: '0s' },
    healthPoll: '2s',
    pruneGrace: '1s',
    gates: { complete: { expires: '1h' } },
    waves: { percentages: [100] },
    // Pods of KWOK run no proxy that could connect.
    census: { connections: 'off' },
    restart: {
      // Of nearly every workload of a farm, one pod is on its way at a time.
      maxPodsInFlight: parallel,
      maxPodsPerSecond: podsPerSecond,
      workloadDeadline,
      ...(maxFailures === undefined ? {} : { maxFailures }),
    },
  };
}

/** The rig's own configuration with this policy; answers where it is. */
export function writeBenchConfig(dir: string, rigConfig: string, input: BenchPolicyInput): string {
  const config = parse(readFileSync(rigConfig, 'utf8')) as {
    readonly policies: { readonly demo?: { readonly census?: unknown } };
  };
  // Whether proxies connect to istiod is known to the rig alone.
  const { census } = config.policies.demo ?? {};
  const demo = { ...buildBenchPolicy(input), ...(census === undefined ? {} : { census }) };
  const file = path.join(dir, 'meshlift.yaml');
  mkdirSync(dir, { recursive: true });
  writeFileSync(file, stringify({ ...config, policies: { demo } }));
  return file;
}
