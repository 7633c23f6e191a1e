import type { UpgradeReport } from '../domain/report.ts';
import type { DowngradeRequest } from '../domain/request/request.ts';
import { mutating, planning } from './activity-proxies.ts';
import type { Carried } from './go-on-anew.ts';
import { runMesh, type Errand } from './run-mesh.ts';

/**
 * Brings one mesh to a lower version: a plan forwards, carried out as an upgrade is, that leaves the
 * CRDs as they are. Input: one JSON object, at least `{"cluster":"prod-eu","target":"1.25.1"}`; the
 * workflow id is `mesh/<cluster>`, as of an upgrade.
 */
export async function downgradeMesh(input: unknown, carried?: Carried): Promise<UpgradeReport> {
  return runMesh(input, DOWNGRADE, { carried });
}

export const DOWNGRADE: Errand<DowngradeRequest> = {
  targetOf: ({ target }) => target,
  resolve: (given) => planning({ summary: 'read the request' }).resolveDowngrade(given),
  plan: (call, request) => planning(call).planDowngrade(request),
  claim: (call, request) => mutating(call).claimDowngrade(request),
};
