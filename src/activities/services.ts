import type { ObservedMesh } from '../domain/mesh/observed-mesh.ts';
import type { Planned } from '../domain/planning/plan.ts';
import type { UpgradeRequest } from '../domain/request/request.ts';

/**
 * What the CLI does in its own process and what activities do for the workflow: one function each,
 * so that `meshlift plan` prints the very steps that a run carries out. Nothing here writes.
 */
export interface MeshServices {
  /** Throws `InvalidRequestError` for an unknown cluster. */
  inspect(cluster: string, signal: AbortSignal): Promise<ObservedMesh>;
  plan(request: UpgradeRequest, signal: AbortSignal): Promise<Planned>;
}

/** Thrown when a request names something that the configuration does not have. */
export class InvalidRequestError extends Error {
  override readonly name = 'InvalidRequestError';
}
