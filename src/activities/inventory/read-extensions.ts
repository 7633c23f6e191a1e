import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS, type ResourceKind } from '../../clients/resource-kinds.ts';
import { known, type Known } from '../../domain/inventory/known.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { CrdReading } from './read-crds.ts';
import { readKnownList } from './read-known.ts';
import { slimObject } from './slim-objects.ts';

type List = Known<readonly KubernetesObject[]>;

/** Custom resources of others that bear on a mesh; empty where a cluster does not have their kind. */
export interface Extensions {
  readonly rollouts: List;
  readonly canaries: List;
  readonly istioOperators: List;
  readonly sailIstios: List;
  readonly sailRevisions: List;
  readonly googleRevisions: List;
}

/** Lists only the kinds that the cluster has; where that is not known, all of them. */
export async function readExtensions(
  kubernetes: KubernetesClient,
  { names }: CrdReading,
): Promise<Extensions> {
  const read = async (kind: ResourceKind): Promise<List> => {
    const [group] = kind.apiVersion.split('/');
    const isAbsent = names.kind === 'known' && !names.value.has(`${kind.plural}.${group ?? ''}`);
    return isAbsent ? known([]) : readKnownList(kubernetes.collect(kind, {}, slimObject));
  };
  const [rollouts, canaries, istioOperators, sailIstios, sailRevisions, googleRevisions] =
    await Promise.all([
      read(RESOURCE_KINDS.argoRollout),
      read(RESOURCE_KINDS.flaggerCanary),
      read(RESOURCE_KINDS.istioOperator),
      read(RESOURCE_KINDS.sailIstio),
      read(RESOURCE_KINDS.sailRevision),
      read(RESOURCE_KINDS.googleRevision),
    ]);
  return { rollouts, canaries, istioOperators, sailIstios, sailRevisions, googleRevisions };
}
