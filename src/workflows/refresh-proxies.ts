import type { UpgradeReport } from '../domain/report.ts';
import type { RefreshRequest } from '../domain/request/request.ts';
import { mutating, planning } from './activity-proxies.ts';
import type { Carried } from './go-on-anew.ts';
import { runMesh, type Errand } from './run-mesh.ts';

/**
 * Restarts, in waves with soaks, the workloads whose proxies are older than the control plane that
 * would inject them now. Nothing else is changed, and nothing can be taken back: what goes wrong halts
 * the run. Input: one JSON object, at least `{"cluster":"prod-eu"}`; the workflow id is
 * `mesh/<cluster>`, as of an upgrade.
 */
export async function refreshProxies(input: unknown, carried?: Carried): Promise<UpgradeReport> {
  return runMesh(input, REFRESH, { carried });
}

export const REFRESH: Errand<RefreshRequest> = {
  targetOf: () => 'refresh',
  resolve: (given) => planning({ summary: 'read the request' }).resolveRefresh(given),
  plan: (call, request) => planning(call).planRefresh(request),
  claim: (call, request) => mutating(call).claimRefresh(request),
};
