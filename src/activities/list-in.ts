import type { KubernetesClient } from '../clients/kubernetes.ts';
import type { ListOptions } from '../clients/kubernetes-list.ts';
import type { ResourceKind } from '../clients/resource-kinds.ts';
import type { KubernetesObject } from '../domain/kubernetes-object.ts';
import { namespaceScopes } from '../domain/restart/namespace-scopes.ts';

/**
 * Every object of a kind in some namespaces: a list for each of a few, one of the whole cluster for
 * many, of which only theirs are kept.
 */
export async function listIn(
  kubernetes: KubernetesClient,
  kind: ResourceKind,
  namespaces: readonly string[],
  options: Omit<ListOptions, 'namespace'> = {},
): Promise<readonly KubernetesObject[]> {
  const wanted = new Set(namespaces);
  const lists = await Promise.all(
    namespaceScopes([...wanted]).map((scope) =>
      kubernetes.collect(kind, { ...options, ...scope }, (object) =>
        wanted.has(object.metadata.namespace ?? '') ? object : undefined,
      ),
    ),
  );
  return lists.flat();
}
