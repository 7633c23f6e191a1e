import { digestOf } from '../clients/digest.ts';
import { boundPlan } from '../domain/planning/bound-plan.ts';
import type { UpgradePlan } from '../domain/planning/plan.ts';

/** The digest of what a plan binds: ties gates and approvals to what will be done. */
export function digestPlan(plan: UpgradePlan): string {
  return digestOf(boundPlan(plan));
}
