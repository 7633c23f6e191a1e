import type { ObservedMesh } from '../mesh/observed-mesh.ts';
import type { Policy } from '../policy.ts';
import type { TreatedWorkloads } from '../restart/treatment.ts';
import type { Direction } from './direction.ts';
import type { PlannedObject, RevisionAt } from './plan.ts';
import type { PodSelections } from './pod-selections.ts';

/** All that the steps of a canary upgrade are made of. */
export interface PlanMaterial {
  readonly mesh: ObservedMesh;
  readonly policy: Policy;
  /** What is moved, how, and what is not. */
  readonly treated: TreatedWorkloads;
  /** Namespaces in which a gateway runs. */
  readonly gatewayNamespaces: readonly string[];
  /** Workloads that follow a label of their own pods; absent: none does. */
  readonly podSelections?: PodSelections;
  readonly from: RevisionAt;
  readonly to: RevisionAt;
  /** Absent: up. */
  readonly direction?: Direction;
  /** The rendered objects of the new revision, compared with the cluster. */
  readonly base: readonly PlannedObject[];
  readonly pilot: readonly PlannedObject[];
  /** The objects that are the old revision. */
  readonly old: readonly PlannedObject[];
}
