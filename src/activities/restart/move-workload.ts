import { KubernetesError } from '../../clients/kubernetes-error.ts';
import type { KubernetesClient } from '../../clients/kubernetes.ts';
import type { PodFacts } from '../../domain/mesh/interpret-pods.ts';
import { nextEvictions } from '../../domain/restart/next-evictions.ts';
import { performChange, setTemplateAnnotation } from '../changes/perform-change.ts';
import type { WaveEntry } from './wave-entries.ts';

/**
 * Marks a workload's pod template. One request where the workload is still as it was seen; where it
 * changed meanwhile (409), it is read and judged anew.
 */
export async function restartByTemplate(
  kubernetes: KubernetesClient,
  { change, live, carries }: WaveEntry,
): Promise<void> {
  if (live === undefined || carries !== change.prior) return performChange(kubernetes, change);
  try {
    await setTemplateAnnotation(kubernetes, live, change.applied, live.metadata.resourceVersion);
  } catch (error) {
    if (!(error instanceof KubernetesError) || (error.code !== 409 && error.code !== 404)) {
      throw error;
    }
    await performChange(kubernetes, change);
  }
}

/** Pods that were asked to leave and may still be seen as if they stayed, with the moment (ms). */
export type Asked = Map<string, number>;

/**
 * Asks the next pods of a workload to leave, until a budget refuses one (429). The uid keeps a pod
 * that was made meanwhile under the same name. A pod counts as asked from before the request on: its
 * answer may be lost.
 */
export async function evictNext(
  kubernetes: KubernetesClient,
  { pods, limits, budgets }: WaveEntry,
  { isOnTarget, asked }: { readonly isOnTarget: (pod: PodFacts) => boolean; readonly asked: Asked },
): Promise<void> {
  const next = nextEvictions({ pods, limits, hasBudget: budgets.length > 0, isOnTarget });
  for (const pod of next) {
    asked.set(pod.uid, Date.now());
    if (await evict(kubernetes, pod)) continue;
    asked.delete(pod.uid);
    return;
  }
}

async function evict(kubernetes: KubernetesClient, pod: PodFacts): Promise<boolean> {
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace, name: pod.name };
  try {
    await kubernetes.evict(ref, { uid: pod.uid });
    return true;
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    // Another pod by that name (409): the one that was meant has left.
    if (error.code === 409) return true;
    if (error.code === 429) return false;
    throw error;
  }
}
