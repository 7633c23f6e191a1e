import type { Finding } from '../finding.ts';
import type { UpgradePlan } from './plan.ts';

type BoundFinding = Pick<Finding, 'code' | 'severity' | 'subject' | 'overriddenBecause'>;

export interface BoundPlan extends Omit<UpgradePlan, 'findings'> {
  readonly findings: readonly BoundFinding[];
}

/**
 * The part of a plan that its digest covers: all that will be done, and each finding that somebody
 * accepted. What only informs, and the words of a finding, may change while the plan still holds.
 */
export function boundPlan(plan: UpgradePlan): BoundPlan {
  return { ...plan, findings: boundFindings(plan.findings) };
}

/** The findings that bear on whether a plan may be carried out. */
export function boundFindings(findings: readonly Finding[]): readonly BoundFinding[] {
  return findings
    .filter(({ severity }) => severity !== 'info')
    .map(({ code, severity, subject, overriddenBecause }) => ({
      code,
      severity,
      subject,
      ...(overriddenBecause === undefined ? {} : { overriddenBecause }),
    }));
}
