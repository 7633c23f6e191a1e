import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import { boundPlan } from '../domain/planning/bound-plan.ts';
import type { UpgradePlan } from '../domain/planning/plan.ts';

/** sha256 over what a plan binds as canonical JSON (RFC 8785): binds gates and approvals to what will be done. */
export function digestPlan(plan: UpgradePlan): string {
  const text = canonicalize(boundPlan(plan));
  if (text === undefined) throw new TypeError('a plan is JSON');
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
