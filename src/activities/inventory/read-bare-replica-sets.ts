import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import { known, type Known } from '../../domain/inventory/known.ts';
import { controllerOf } from '../../domain/inventory/owner-chain.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import { readKnown } from './read-known.ts';
import { slimObject } from './slim-objects.ts';

/**
 * ReplicaSets that nothing controls, whole. Their metadata tells whether there are any; most clusters
 * have none, and each Deployment keeps ten old ones, so the list is read whole only when there are.
 */
export async function readBareReplicaSets(
  kubernetes: KubernetesClient,
  metadata: readonly KubernetesObject[],
): Promise<Known<readonly KubernetesObject[]>> {
  const isBare = (replicaSet: KubernetesObject): boolean =>
    controllerOf(replicaSet.metadata) === undefined;
  if (!metadata.some(isBare)) return known([]);
  return readKnown(
    kubernetes.collect(RESOURCE_KINDS.replicaSet, {}, (replicaSet) =>
      isBare(replicaSet) ? slimObject(replicaSet) : undefined,
    ),
  );
}
