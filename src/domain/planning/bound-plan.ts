import type { Finding } from '../finding.ts';
import type { UpgradePlan } from './plan.ts';
import type { UpgradeStep } from './step.ts';

type BoundFinding = Pick<Finding, 'code' | 'severity' | 'subject' | 'overriddenBecause'>;

export interface BoundPlan extends Omit<UpgradePlan, 'findings' | 'steps'> {
  readonly steps: readonly object[];
  readonly findings: readonly BoundFinding[];
}

/**
 * The part of a plan that its digest covers: all that will be done, and each finding that somebody
 * accepted. What only informs, and the words of a finding, may change while the plan still holds.
 */
export function boundPlan(plan: UpgradePlan): BoundPlan {
  return {
    ...plan,
    steps: plan.steps.map(boundStep),
    findings: boundFindings(plan.findings),
  };
}

/** What is left alone only informs: Jobs come and go. */
function boundStep(step: UpgradeStep): object {
  if (step.kind !== 'wave') return step;
  return { ...step, left: undefined };
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
