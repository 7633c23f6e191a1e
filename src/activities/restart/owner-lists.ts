import { RESOURCE_KINDS, type ResourceKind } from '../../clients/resource-kinds.ts';
import { controllerOf } from '../../domain/inventory/owner-chain.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { WorkloadRef } from '../../domain/mesh/observed-mesh.ts';
import { WORKLOAD_KINDS } from '../inspect-mesh.ts';
import { slimLink, slimObject } from '../inventory/slim-objects.ts';

/** What is listed, or watched, to see a wave's workloads: no kind that it has nothing of. */
export interface OwnerLists {
  /** Besides ReplicaSets. */
  readonly owners: readonly ResourceKind[];
  readonly links: {
    readonly kind: ResourceKind;
    /** Whole only where one of them is a workload itself: Deployments keep many old ones. */
    readonly metadataOnly: boolean;
    /** Keeps of each what is needed of it. */
    readonly slim: (replicaSet: KubernetesObject) => KubernetesObject;
    /** Those that are workloads themselves. */
    readonly owners: (replicaSets: readonly KubernetesObject[]) => readonly KubernetesObject[];
  };
}

export function ownerLists(workloads: readonly Pick<WorkloadRef, 'kind'>[]): OwnerLists {
  const has = (kind: WorkloadRef['kind']): boolean => workloads.some((each) => each.kind === kind);
  const areOwners = has('ReplicaSet');
  return {
    owners: [...WORKLOAD_KINDS, ...(has('Rollout') ? [RESOURCE_KINDS.argoRollout] : [])],
    links: {
      kind: RESOURCE_KINDS.replicaSet,
      metadataOnly: !areOwners,
      slim: (each) => (areOwners && isBare(each) ? slimObject(each) : slimLink(each)),
      owners: (replicaSets) => (areOwners ? replicaSets.filter(isBare) : []),
    },
  };
}

function isBare({ metadata }: KubernetesObject): boolean {
  return controllerOf(metadata) === undefined;
}
