import type { ClusterAccess } from '../clients/cluster-access.ts';
import { comparePlans } from '../domain/planning/compare-plans.ts';
import type { PlanChange } from '../domain/planning/plan-change.ts';
import type { MeshInstaller } from '../installers/installer.ts';
import { compilePlan, type CompileRequest } from './compile-plan.ts';
import { digestPlan } from './plan-digest.ts';
import { InvalidRequestError, type KeptPlan } from './services.ts';

/** What changed since a plan was made, object by object; empty when that very plan still holds. */
export async function checkPlan(
  access: ClusterAccess,
  installer: MeshInstaller,
  { kept, ...request }: CompileRequest & { readonly kept: KeptPlan },
  signal: AbortSignal,
): Promise<readonly PlanChange[]> {
  const digest = digestPlan(kept.plan);
  if (digest !== kept.digest) {
    throw new InvalidRequestError(
      `expected a plan of digest ${kept.digest} as its file says, found ${digest}: the file was edited. Make the plan again`,
    );
  }
  const { planned, inventory } = await compilePlan(access, installer, request, signal);
  if (planned.kind === 'plan' && planned.digest === kept.digest) return [];
  return comparePlans(kept.plan, planned, inventory.mesh);
}
