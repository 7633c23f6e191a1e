import type { KubernetesObject } from '../kubernetes-object.ts';
import type { PodFacts } from './interpret-pods.ts';

/**
 * The uid of the workload behind a pod's owner: for a ReplicaSet its Deployment or Rollout, else
 * the owner itself. Takes the metadata of the ReplicaSets, which is all that links the two.
 */
export function workloadLookup(
  replicaSets: readonly KubernetesObject[],
): (pod: PodFacts) => string | undefined {
  const controllers = new Map(
    replicaSets.flatMap(({ metadata }) => {
      const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
      return owner === undefined ? [] : [[metadata.uid ?? '', owner.uid] as const];
    }),
  );
  return ({ owner }) =>
    owner === undefined ? undefined : (controllers.get(owner.uid) ?? owner.uid);
}

/** Pods by the uid of their workload; finished ones and those of nobody are left out. */
export function joinPods(
  pods: readonly PodFacts[],
  replicaSets: readonly KubernetesObject[],
): ReadonlyMap<string, readonly PodFacts[]> {
  const workloadOf = workloadLookup(replicaSets);
  const joined = new Map<string, PodFacts[]>();
  for (const pod of pods) {
    const uid = pod.finished ? undefined : workloadOf(pod);
    if (uid === undefined) continue;
    const known = joined.get(uid);
    if (known === undefined) joined.set(uid, [pod]);
    else known.push(pod);
  }
  return joined;
}
