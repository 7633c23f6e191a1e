import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { apiVersionOf, type WorkloadRef } from '../../domain/mesh/observed-mesh.ts';
import type { NewProxy } from '../../domain/planning/wave-target.ts';
import type { WaveState } from './read-wave.ts';
import { recreatePod, type PodKeeper } from './recreate-pod.ts';
import { refusalOf } from './refusal.ts';

/** Pods that the wave may have evicted and made again, and how they go back. */
export interface PodsBack {
  readonly keeper: PodKeeper;
  readonly newProxy: NewProxy;
  /** What stood against the last try, by the workload's uid. */
  readonly refused: Map<string, string>;
}

/** Takes each pod of its own one step back: evicted while it has the new proxy, made again when it is gone. */
export async function takePodsBack(
  kubernetes: KubernetesClient,
  workloads: readonly WorkloadRef[],
  live: WaveState,
  { keeper, newProxy, refused }: PodsBack,
): Promise<void> {
  for (const { kind, namespace, name, uid } of workloads) {
    if (kind !== 'Pod') continue;
    try {
      await recreatePod(kubernetes, keeper, {
        ref: { apiVersion: apiVersionOf(kind), kind, namespace, name },
        uid,
        pod: live.pods.get(uid)?.[0],
        isOnTarget: (pod) => !newProxy.isOn(pod),
      });
      refused.delete(uid);
    } catch (error) {
      const why = refusalOf(error);
      if (why === undefined) throw error;
      refused.set(uid, why);
    }
  }
}

/** The uids of pods that have left and are yet to be made again; what somebody else deleted is not. */
export async function missingPods(
  workloads: readonly WorkloadRef[],
  live: WaveState,
  keeper: PodKeeper,
): Promise<ReadonlySet<string>> {
  const missing = new Set<string>();
  for (const { kind, uid } of workloads) {
    if (kind !== 'Pod' || live.workloads.has(uid)) continue;
    if ((await keeper.get(uid))?.state === 'leaving') missing.add(uid);
  }
  return missing;
}
