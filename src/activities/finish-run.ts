import type { ClusterAccess } from '../clients/cluster-access.ts';
import type { UpgradeReport } from '../domain/report.ts';
import { recordOf } from './load-plan.ts';
import { releaseMesh } from './record/owner-record.ts';
import { pruneRunRecords } from './record/prune-records.ts';
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
  await recordOf(access, run).put('report', report);
  await pruneRunRecords(access.worker, run.meshNamespace);
  if (release) await releaseMesh(access.worker, run.meshNamespace, run.runId);
}
