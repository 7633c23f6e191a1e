import type { ClusterAccess } from '../clients/cluster-access.ts';
import type { UpgradePlan } from '../domain/planning/plan.ts';
import type { UpgradeReport } from '../domain/report.ts';
import { recordOf } from './load-plan.ts';
import { readOwner, releaseMesh } from './record/owner-record.ts';
import { pruneRunRecords } from './record/prune-records.ts';
import type { RunRecord } from './record/run-record.ts';
import type { RunRef } from './run-ref.ts';

/**
 * Keeps the report beside the mesh, prunes old records and, unless the mesh must stay locked for a
 * person to look at, gives its lock back; in this order.
 */
export async function finishRun(
  access: ClusterAccess,
  run: RunRef,
  { report, release }: { readonly report: UpgradeReport; readonly release: boolean },
): Promise<void> {
  const record = recordOf(access, run);
  await record.put('report', report);
  await pruneRunRecords(access.worker, run.meshNamespace, await neededRuns(access, run, record));
  if (release) await releaseMesh(access.worker, run.meshNamespace, run.runId);
}

/** However old: its own, the one that it takes back, and that of whoever holds the mesh. */
async function neededRuns(
  { worker }: ClusterAccess,
  run: RunRef,
  record: RunRecord,
): Promise<readonly string[]> {
  const plan = (await record.get('plan')) as UpgradePlan | undefined;
  const owner = await readOwner(worker, run.meshNamespace);
  return [run.runId, plan?.takesBack, owner?.runId].filter((each) => each !== undefined);
}
