import type { KubernetesClient } from '../../clients/kubernetes.ts';
import type { PodFacts } from '../../domain/mesh/interpret-pods.ts';

/**
 * Whether a pod that was asked to leave earlier has done so, whatever a watch shows. To ask again for one
 * that has left is no harmless question: the API server counts the disruption against the budget before it
 * finds another pod by that name, as a StatefulSet makes it, and keeps the budget closed for two minutes
 * (seen with Kubernetes 1.33.1).
 */
export async function hasLeft(
  kubernetes: KubernetesClient,
  { namespace, name, uid }: PodFacts,
): Promise<boolean> {
  const live = await kubernetes.get({ apiVersion: 'v1', kind: 'Pod', namespace, name });
  return live?.metadata.uid !== uid || live.metadata.deletionTimestamp !== undefined;
}
