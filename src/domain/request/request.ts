import type { Strategy } from '../planning/plan.ts';

/** The version of every public shape: request, plan, report. */
export const API_VERSION = 'meshlift.dev/v1alpha1';

/** A finding that the requester accepts, with the reason; bound into the plan digest. */
export interface Override {
  readonly code: string;
  /** The finding's subject, letter by letter. */
  readonly subject: string;
  readonly reason: string;
}

/** What a person writes to change a mesh; everything left out comes from the cluster's policy. */
export interface MeshRequest {
  readonly apiVersion: string;
  /** A cluster of `meshlift.yaml`. */
  readonly cluster: string;
  /** Why, for the report. */
  readonly reason?: string;
  /** Who asks, by their own words: policy may keep them from letting the run go on. */
  readonly requestedBy?: string;
  readonly overrides: readonly Override[];
  /** The first run id of a dead run whose hold on the mesh is taken over; recorded. */
  readonly takeOver?: string;
  /** The digest of the plan that must still hold; without it the plan is whatever holds at the start. */
  readonly planDigest?: string;
}

/** Input of `upgradeMesh`. */
export interface UpgradeRequest extends MeshRequest {
  /** The Istio version to reach. */
  readonly target: string;
  /** Beside the running control plane, or over it; absent: canary. */
  readonly strategy?: Strategy;
}

/** Input of `downgradeMesh`. */
export interface DowngradeRequest extends MeshRequest {
  /** The Istio version to go down to. */
  readonly target: string;
  /** Beside the running control plane, or over it; absent: canary. */
  readonly strategy?: Strategy;
}

/** Input of `refreshProxies`. */
export interface RefreshRequest extends MeshRequest {
  /** Only proxies that this revision would inject; needed where several revisions have older ones. */
  readonly revision?: string;
}

/** Input of `rollbackMesh`. */
export interface RollbackRequest extends MeshRequest {
  /** First run id of the recorded run to take back; absent: the latest that changed something. */
  readonly run?: string;
}

/** The workflow types that take a request about one mesh. */
export const RUN_TYPES = [
  'upgradeMesh',
  'downgradeMesh',
  'rollbackMesh',
  'refreshProxies',
] as const;
export type RunType = (typeof RUN_TYPES)[number];

/** A request and the workflow type that it is for. */
export type TypedRequest =
  | { readonly type: 'upgradeMesh'; readonly request: UpgradeRequest }
  | { readonly type: 'downgradeMesh'; readonly request: DowngradeRequest }
  | { readonly type: 'rollbackMesh'; readonly request: RollbackRequest }
  | { readonly type: 'refreshProxies'; readonly request: RefreshRequest };
