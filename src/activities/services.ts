import type { MeshInventory } from '../domain/inventory/inventory.ts';
import type { Planned, UpgradePlan } from '../domain/planning/plan.ts';
import type { PlanChange } from '../domain/planning/plan-change.ts';
import type { RecordListing } from '../domain/rollback/list-records.ts';
import type { MeshTargets } from '../domain/targets/target.ts';
import type { TypedRequest } from '../domain/request/request.ts';

/**
 * What the CLI does in its own process and what activities do for the workflow: one function each,
 * so that `meshlift plan` prints the very steps that a run carries out. Nothing here writes.
 */
export interface MeshServices {
  /** Throws `InvalidRequestError` for an unknown cluster. */
  inspect(cluster: string, signal: AbortSignal): Promise<MeshInventory>;
  /** Where the mesh can go, by the installer's versions and the version table. */
  targets(cluster: string, signal: AbortSignal): Promise<MeshTargets>;
  /** The runs that the cluster itself keeps a record of, newest first. */
  recordedRuns(cluster: string, signal: AbortSignal): Promise<readonly RecordListing[]>;
  plan(asked: TypedRequest, signal: AbortSignal): Promise<Planned>;
  /** What changed since a plan was made; empty when that very plan still holds. */
  checkPlan(
    asked: TypedRequest,
    kept: KeptPlan,
    signal: AbortSignal,
  ): Promise<readonly PlanChange[]>;
}

/** A plan that somebody kept, and what its digest was. */
export interface KeptPlan {
  readonly plan: UpgradePlan;
  readonly digest: string;
}

/** Thrown when a request names something that the configuration does not have. */
export class InvalidRequestError extends Error {
  override readonly name = 'InvalidRequestError';
}
