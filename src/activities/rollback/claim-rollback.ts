import type { ClusterAccess } from '../../clients/cluster-access.ts';
import type { MeshOwner } from '../../domain/mesh/observed-mesh.ts';
import type { RollbackRequest } from '../../domain/request/request.ts';
import { claimRun, type ClaimAnswer, type Compile, type PlanRequest } from '../claim-run.ts';
import { readOwner } from '../record/owner-record.ts';
import { chooseRecordedRun } from './compile-rollback.ts';

/** Whether a run has ended, as far as the worker's Temporal namespace can tell. */
export type HasEnded = (owner: MeshOwner) => Promise<boolean>;

/**
 * Takes the mesh for a rollback. The lock of the very run that is taken back, or of an earlier try to do
 * so, is taken over when this Temporal namespace knows that run and knows that it has ended; anything
 * else has to be named in the request. Either is recorded in the lock.
 */
export async function claimRollback(
  access: ClusterAccess,
  request: PlanRequest<RollbackRequest> & {
    readonly digest: string;
    readonly temporalNamespace: string;
  },
  { compile, hasEnded }: { readonly compile: Compile; readonly hasEnded: HasEnded },
): Promise<ClaimAnswer> {
  const takeOver = await whoseLock(access, request, hasEnded);
  const resolved = {
    request: { ...request.resolved.request, ...(takeOver === undefined ? {} : { takeOver }) },
  };
  const claim = await claimRun(access, { ...request, resolved }, compile);
  if (claim.kind !== 'blocked') return claim;
  return { ...claim, findings: claim.findings.map((each) => withTheWay(each, request)) };
}

/** The run whose lock may be taken over. */
async function whoseLock(
  access: ClusterAccess,
  request: PlanRequest<RollbackRequest>,
  hasEnded: HasEnded,
): Promise<string | undefined> {
  const { runId, clusterUid, meshNamespace, resolved } = request;
  const { takeOver } = resolved.request;
  const owner = await readOwner(access.worker, meshNamespace);
  if (owner === undefined || owner.runId === runId || owner.runId === takeOver) return takeOver;
  const { choice, holder } = await chooseRecordedRun(access, {
    request: resolved.request,
    meshNamespace,
    clusterUid,
    owner,
    runId,
  });
  const isTheirs = choice.kind === 'run' && choice.runId === holder;
  return isTheirs && (await hasEnded(owner)) ? owner.runId : takeOver;
}

type Held = Extract<ClaimAnswer, { kind: 'blocked' }>['findings'][number];

/** The lock was not given back, and this Temporal namespace cannot tell that its holder has ended. */
function withTheWay(finding: Held, { resolved }: PlanRequest<RollbackRequest>): Held {
  if (finding.code !== 'MeshBusy') return finding;
  return {
    ...finding,
    remedy: `${finding.remedy}; if it runs nowhere any more, name it: meshlift start ${resolved.request.cluster} --type rollbackMesh --take-over RUN_ID`,
  };
}
