import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../../../rig/kubernetes/client.ts';
import { workloadOfPod } from './mesh.ts';
import { isReady, list } from './projection.ts';

const LOOK_EVERY_MS = 50;

export interface Readiness {
  /** The fewest ready pods that were seen of each workload, by `namespace/name`. */
  readonly stop: () => Promise<Readonly<Record<string, number>>>;
}

/** Looks all the time at how many pods of these workloads are ready. */
export function watchReadiness(kubernetes: ApiClient, workloads: readonly string[]): Readiness {
  const namespaces = [...new Set(workloads.map((name) => name.split('/')[0] ?? ''))];
  const lows: Record<string, number> = {};
  let stopped = false;
  const look = async (): Promise<void> => {
    const lists = await Promise.all(
      namespaces.map((name) => list(kubernetes, `/api/v1/namespaces/${name}/pods`)),
    );
    const ready = lists
      .flat()
      .filter((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined)
      .map(({ metadata }) => workloadOfPod(metadata.namespace ?? '', metadata.name));
    for (const name of workloads) {
      const count = ready.filter((each) => each === name).length;
      lows[name] = Math.min(lows[name] ?? count, count);
    }
  };
  const looking = (async () => {
    while (!stopped) {
      await look();
      await delay(LOOK_EVERY_MS);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await looking;
      return lows;
    },
  };
}
