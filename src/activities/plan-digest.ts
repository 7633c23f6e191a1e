import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import type { UpgradePlan } from '../domain/planning/plan.ts';

/** sha256 over the plan as canonical JSON (RFC 8785): binds gates and approvals to what will be done. */
export function digestPlan(plan: UpgradePlan): string {
  const text = canonicalize(plan);
  if (text === undefined) throw new TypeError('a plan is JSON');
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
