import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import { interpretReplica, type ReplicaAnswer } from '../../domain/health/connections.ts';
import { ISTIOD_SELECTOR } from '../inspect-mesh.ts';
import { askReplica } from '../inventory/read-connected-proxies.ts';
import { inParallel } from '../inventory/read-known.ts';

/** Whose clients are asked for; without limits those of every istiod of the mesh. */
export interface ConnectionScope {
  readonly meshNamespace: string;
  readonly revision?: string;
  /** Only proxies of these namespaces matter. */
  readonly namespaces?: readonly string[];
}

/** One request to each running replica of istiod, however many proxies there are. */
export async function readConnections(
  kubernetes: KubernetesClient,
  { meshNamespace, revision, namespaces }: ConnectionScope,
): Promise<readonly ReplicaAnswer[]> {
  const replicas = await kubernetes.collect(
    RESOURCE_KINDS.pod,
    { namespace: meshNamespace, labelSelector: ISTIOD_SELECTOR },
    interpretReplica,
  );
  // istiod can leave out all namespaces but one.
  const [onlyNamespace, ...more] = [...new Set(namespaces)];
  const limits = more.length === 0 ? { onlyNamespace } : {};
  return inParallel(
    replicas.filter((replica) => revision === undefined || replica.revision === revision),
    async (replica) => ({ ...replica, clients: await askReplica(kubernetes, replica, limits) }),
  );
}
