import { assertNever } from '../assert-never.ts';
import type { OwningInstaller } from '../inventory/control-plane-detail.ts';
import type { Strategy } from '../planning/plan.ts';
import { compareIstioVersions, type IstioVersion } from '../version/istio-version.ts';
import { kubernetesMinorOf } from '../version/kubernetes-fit.ts';
import type { VersionTable } from '../version/version-table.ts';
import { findRoute } from './find-route.ts';
import { judgeStep } from './judge-step.ts';
import { longestStep, STEP_RULES, type StepRule } from './step-rules.ts';
import type { Offers, Route, StrategyAssessment, TargetReason } from './target.ts';

/** From where one target is looked at. */
export interface Standpoint {
  readonly from?: IstioVersion;
  readonly to: IstioVersion;
  /** The revision of the only control plane. */
  readonly revision?: string;
  readonly installer: OwningInstaller;
  readonly offers: Offers;
  readonly kubernetesVersion: string;
  readonly available: readonly IstioVersion[];
  readonly versions: VersionTable;
  readonly providerMinors?: readonly string[];
  /** What stands in the way whatever the strategy. */
  readonly general: readonly TargetReason[];
}

/** Whether one step of this strategy may go there, and if not, by which hops it is reached. */
export function assessStrategy(strategy: Strategy, standpoint: Standpoint): StrategyAssessment {
  const rule = ruleOf(strategy, standpoint.installer);
  const reasons = [...standpoint.general, ...againstStep(rule, standpoint)];
  return {
    verdict: verdictOf(reasons),
    offered: isOffered(strategy, standpoint),
    reasons,
    route: routeOf(rule, standpoint),
  };
}

/** A canary of ours stands beside a revision with a name; the unnamed one is upgraded in place. */
function isOffered(strategy: Strategy, { installer, revision, offers }: Standpoint): boolean {
  const isUnnamed = revision === undefined || revision === 'default';
  return (
    installer === offers.installer &&
    offers.strategies.includes(strategy) &&
    !(strategy === 'canary' && isUnnamed)
  );
}

function ruleOf(strategy: Strategy, installer: OwningInstaller): StepRule {
  const rules = STEP_RULES[installer];
  switch (strategy) {
    case 'canary':
      return rules.canary;
    case 'in-place':
      return rules.inPlace;
    default:
      return assertNever(strategy);
  }
}

function verdictOf(reasons: readonly TargetReason[]): StrategyAssessment['verdict'] {
  if (reasons.some(({ kind }) => kind === 'refused')) return 'not-allowed';
  return reasons.length > 0 ? 'unknown' : 'allowed';
}

function againstStep(
  rule: StepRule,
  { from, to, providerMinors }: Standpoint,
): readonly TargetReason[] {
  if (from === undefined) return [];
  return judgeStep(rule, {
    from,
    to,
    ...(providerMinors === undefined ? {} : { providerMinors }),
  });
}

function routeOf(rule: StepRule, standpoint: Standpoint): Route {
  const { from, to, available, versions, kubernetesVersion, general } = standpoint;
  const step = longestStep(rule);
  const blocked = general.find(({ code }) => !PASSED_ON_THE_WAY.includes(code));
  if (blocked !== undefined) return { kind: 'none', why: blocked.message };
  if (from === undefined || compareIstioVersions(to, from) <= 0) {
    return { kind: 'none', why: 'hops lead upwards only' };
  }
  if (step === undefined || rule.kind === 'provider-supported') {
    return { kind: 'none', why: 'meshlift does not choose the steps here' };
  }
  return findRoute({
    from,
    to,
    longestStep: step,
    available,
    versions,
    kubernetesMinor: kubernetesMinorOf(kubernetesVersion),
  });
}

/** What a hop itself tells, and what does not make the way there impossible. */
const PASSED_ON_THE_WAY: readonly TargetReason['code'][] = ['KubernetesTooOld', 'FactUnknown'];
