import type { LiveWorkload } from './plan-farm.ts';

/** What a workload is, apart from its name, its pace and its failure. */
export type Shape = Pick<LiveWorkload, 'kind' | 'replicas' | 'strategy' | 'oddity' | 'budget'>;

const PERIOD = 50;

/** Of every fifty workloads of a mixed farm; three in ten have a budget, as in one that is not mixed. */
const SHAPES: Readonly<Record<number, Shape>> = {
  1: { kind: 'ReplicaSet', replicas: 2 },
  2: { kind: 'DaemonSet', replicas: 0 },
  3: { kind: 'Deployment', replicas: 2, oddity: 'paused' },
  8: { kind: 'Deployment', replicas: 1 },
  9: { kind: 'StatefulSet', replicas: 2, oddity: 'on-delete' },
  12: { kind: 'DaemonSet', replicas: 0, oddity: 'on-delete' },
  13: { kind: 'Job', replicas: 1 },
  24: { kind: 'StatefulSet', replicas: 3, oddity: 'partition', budget: { maxUnavailable: 1 } },
  27: { kind: 'ReplicaSet', replicas: 3, budget: { minAvailable: 2 } },
  29: { kind: 'StatefulSet', replicas: 2, oddity: 'partition' },
  44: { kind: 'StatefulSet', replicas: 3, oddity: 'on-delete', budget: { minAvailable: 2 } },
  47: { kind: 'Deployment', replicas: 3, oddity: 'paused', budget: { maxUnavailable: 1 } },
};

const RARE_PERIOD = 250;

/** A run names each of these as an exception, and no more than twenty in a wave: there are few. */
const RARE_SHAPES: Readonly<Record<number, Shape>> = {
  5: { kind: 'CronJob', replicas: 0 },
  15: { kind: 'Deployment', replicas: 2, oddity: 'opted-out' },
  18: { kind: 'Deployment', replicas: 0 },
};

/** Undefined where the workload is as in a farm that is not mixed. */
export function mixedShape(index: number): Shape | undefined {
  return RARE_SHAPES[index % RARE_PERIOD] ?? SHAPES[index % PERIOD];
}

/**
 * What a restart of the whole farm does with a workload. `moved`: every pod anew. `kept`: no pod is
 * touched, since it is in no mesh, or its pods come and go by themselves. `empty`: it has none.
 * `fails`: with the new proxy.
 */
export type LiveFate = 'moved' | 'kept' | 'empty' | 'fails';

export function fateOf({ kind, replicas, oddity, failsBy }: LiveWorkload): LiveFate {
  if (failsBy !== undefined) return 'fails';
  if (kind === 'Job' || kind === 'CronJob' || oddity === 'opted-out') return 'kept';
  return replicas === 0 && kind !== 'DaemonSet' ? 'empty' : 'moved';
}
