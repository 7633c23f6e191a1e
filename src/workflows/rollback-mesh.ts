import type { UpgradeReport } from '../domain/report.ts';
import type { RollbackRequest } from '../domain/request/request.ts';
import { mutating, planning } from './activity-proxies.ts';
import type { Carried } from './go-on-anew.ts';
import { runMesh, type Errand } from './run-mesh.ts';

/**
 * Returns a mesh to the state before an earlier run, by the record that the cluster keeps of it: of a run
 * that has ended, was left halted, was terminated, or whose rollback failed. Input: one JSON object, at
 * least `{"cluster":"prod-eu"}`; the workflow id is `mesh/<cluster>`, as of an upgrade.
 */
export async function rollbackMesh(input: unknown, carried?: Carried): Promise<UpgradeReport> {
  return runMesh(input, ROLLBACK, { carried });
}

export const ROLLBACK: Errand<RollbackRequest> = {
  targetOf: () => 'rollback',
  resolve: (given) => planning({ summary: 'read the request' }).resolveRollback(given),
  plan: (call, request) => planning(call).planRollback(request),
  claim: (call, request) => mutating(call).claimRollback(request),
};
