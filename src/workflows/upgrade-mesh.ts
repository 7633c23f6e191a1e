import type { UpgradeReport } from '../domain/report.ts';
import type { UpgradeRequest } from '../domain/request/request.ts';
import { mutating, planning } from './activity-proxies.ts';
import type { Carried } from './go-on-anew.ts';
import { runMesh, type Errand } from './run-mesh.ts';

/**
 * Upgrades one mesh by canary, and undoes by itself what it did when health turns bad, a gate is
 * refused or expires, or somebody asks for it. Input: one JSON object, at least
 * `{"cluster":"prod-eu","target":"1.26.1"}`; the workflow id is `mesh/<cluster>`.
 */
export async function upgradeMesh(input: unknown, carried?: Carried): Promise<UpgradeReport> {
  return runMesh(input, UPGRADE, { carried });
}

export const UPGRADE: Errand<UpgradeRequest> = {
  targetOf: ({ target }) => target,
  resolve: (given) => planning({ summary: 'read the request' }).resolveRequest(given),
  plan: (call, request) => planning(call).planUpgrade(request),
  claim: (call, request) => mutating(call).claimMesh(request),
};
