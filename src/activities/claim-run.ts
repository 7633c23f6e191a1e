import type { ClusterAccess } from '../clients/cluster-access.ts';
import type { Finding } from '../domain/finding.ts';
import type { PlanOutline } from '../domain/planning/plan.ts';
import { outlinePlan } from '../domain/planning/outline-plan.ts';
import type { MeshRequest, UpgradeRequest } from '../domain/request/request.ts';
import type { Compiled } from './conclude-plan.ts';
import { recordOf } from './load-plan.ts';
import { claimMesh, releaseMesh } from './record/owner-record.ts';
import { recordBefore } from './in-place/recorded-before.ts';
import { recordRelease } from './release/recorded-release.ts';
import type { ResolvedRequest } from './resolve-request.ts';
import type { RunRef } from './run-ref.ts';

export interface PlanRequest<R extends MeshRequest = UpgradeRequest> extends RunRef {
  readonly resolved: ResolvedRequest<R>;
}

/** The answer to planning, small enough for a history. */
export type PlanAnswer =
  | { readonly kind: 'blocked'; readonly findings: readonly Finding[] }
  | { readonly kind: 'nothing-to-do'; readonly findings: readonly Finding[] }
  | { readonly kind: 'plan'; readonly outline: PlanOutline };

/** Plans a run, reading only. The same mesh and request give the same plan. */
export type Compile = () => Promise<Compiled>;

/** Plans without writing anything. */
export async function planRun(compile: Compile): Promise<PlanAnswer> {
  const { planned } = await compile();
  if (planned.kind !== 'plan') return planned;
  return { kind: 'plan', outline: outlinePlan(planned.plan, planned.digest, planned.estimate) };
}

export interface ClaimRequest extends RunRef {
  readonly resolved: { readonly request: Pick<MeshRequest, 'takeOver'> };
  readonly digest: string;
  readonly temporalNamespace: string;
}

export type ClaimAnswer =
  | { readonly kind: 'claimed' }
  /** The mesh is not as it was when the plan was made: plan again. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'blocked'; readonly findings: readonly Finding[] };

/**
 * Takes the mesh's lock, plans once more under it, and records plan and release if they are the ones
 * that were decided on. Otherwise the lock is given back and nothing was touched.
 */
export async function claimRun(
  access: ClusterAccess,
  request: ClaimRequest,
  compile: Compile,
): Promise<ClaimAnswer> {
  const { runId, workflowId, meshNamespace, temporalNamespace, resolved } = request;
  const record = recordOf(access, request);
  const since = new Date().toISOString();
  const owner = { runId, workflowId, temporalNamespace, since };
  const { takeOver } = resolved.request;
  const claim = await claimMesh(access.worker, meshNamespace, owner, takeOver);
  if (claim.kind === 'held')
    return { kind: 'blocked', findings: [busy(claim.owner, meshNamespace)] };

  // A repeated call after a crash finds the plan recorded: the mesh may be changing already.
  if ((await record.get('plan')) !== undefined) return { kind: 'claimed' };
  const { planned, release, before } = await compile();
  if (planned.kind !== 'plan' || planned.digest !== request.digest) {
    await releaseMesh(access.worker, meshNamespace, runId);
    return planned.kind === 'blocked' ? planned : { kind: 'changed' };
  }
  if (release !== undefined) await recordRelease(record, release);
  if (before !== undefined) await recordBefore(record, before);
  await record.put('plan', planned.plan);
  return { kind: 'claimed' };
}

function busy(
  owner: { readonly runId: string; readonly workflowId: string },
  meshNamespace: string,
): Finding {
  return {
    code: 'MeshBusy',
    severity: 'blocking',
    subject: `ConfigMap ${meshNamespace}/meshlift-owner`,
    message: `expected a mesh that no run holds; run ${owner.runId} (${owner.workflowId}) has just taken it`,
    remedy: `wait for it: meshlift watch ${owner.workflowId}`,
  };
}
