import { comparePlans } from '../domain/planning/compare-plans.ts';
import { treatWorkloads } from '../domain/restart/treatment.ts';
import type { PlanChange } from '../domain/planning/plan-change.ts';
import type { Compile } from './claim-run.ts';
import { digestPlan } from './plan-digest.ts';
import { InvalidRequestError, type KeptPlan } from './services.ts';

/** What changed since a plan was made, object by object; empty when that very plan still holds. */
export async function checkPlan(kept: KeptPlan, compile: Compile): Promise<readonly PlanChange[]> {
  const digest = digestPlan(kept.plan);
  if (digest !== kept.digest) {
    throw new InvalidRequestError(
      `expected a plan of digest ${kept.digest} as its file says, found ${digest}: the file was edited. Make the plan again`,
    );
  }
  const { planned, inventory } = await compile();
  if (planned.kind === 'plan' && planned.digest === kept.digest) return [];
  // What is left alone is no part of what a plan moves.
  const { moved } = treatWorkloads(inventory, kept.plan.policy.restart);
  return comparePlans(kept.plan, planned, { ...inventory.mesh, workloads: moved });
}
