import { assertNever } from '../assert-never.ts';
import {
  compareIstioVersions,
  minorDistance,
  type IstioVersion,
} from '../version/istio-version.ts';
import { judgeProviderStep } from './judge-provider-step.ts';
import type { StepRule } from './step-rules.ts';
import type { TargetReason, TargetReasonCode } from './target.ts';

/** One step, and what a managed offering says of itself. */
export interface Step {
  readonly from: IstioVersion;
  readonly to: IstioVersion;
  /** Minors that the provider supports on this cluster, `1.28`; absent while it was not asked. */
  readonly providerMinors?: readonly string[];
}

/** What the rule of a strategy has against one step; empty means that it is allowed. */
export function judgeStep(rule: StepRule, step: Step): readonly TargetReason[] {
  const { from, to } = step;
  if (compareIstioVersions(to, from) === 0) return [isThere(to)];
  if (compareIstioVersions(to, from) < 0) return judgeDown(rule, step);
  const minors = minorDistance(from, to);
  if (minors === undefined) return [tooFar(`${to} is of another major version than ${from}`)];
  switch (rule.kind) {
    case 'at-most':
      return minors > rule.minors
        ? [
            tooFar(
              `${to} is ${minors} minors above ${from}; one step goes up ${rule.minors} at most`,
            ),
          ]
        : [];
    case 'any-number-of-minors':
      return [];
    case 'provider-supported':
      return judgeProviderStep(rule, step);
    case 'chosen-by-provider':
      return [refused('ChosenByProvider', `the provider chooses the version ${rule.how}`, '')];
    case 'not-offered':
      return [refused('StrategyNotOffered', rule.why, '')];
    case 'unknown':
      return [
        {
          code: 'InstallerUnknown',
          kind: 'unknown',
          message: `${rule.why}, so nobody can say whose rules hold`,
          remedy: 'upgrade it with the installer that put it there',
        },
      ];
    default:
      return assertNever(rule);
  }
}

export function refused(code: TargetReasonCode, message: string, remedy: string): TargetReason {
  return { code, kind: 'refused', message, remedy };
}

function isThere(version: IstioVersion): TargetReason {
  return refused('TargetAlreadyInstalled', `${version} is what runs now`, '');
}

/** Down as far as up, by the workflow `downgradeMesh`; of other installers' ways down nothing is known. */
function judgeDown(rule: StepRule, { from, to }: Step): readonly TargetReason[] {
  if (rule.kind !== 'at-most') {
    return [refused('DowngradeRequested', `${to} is older than ${from}`, '')];
  }
  const minors = minorDistance(to, from);
  if (minors === undefined) return [tooFar(`${to} is of another major version than ${from}`)];
  return minors > rule.minors
    ? [tooFar(`${to} is ${minors} minors below ${from}; one step goes down ${rule.minors} at most`)]
    : [];
}

function tooFar(message: string): TargetReason {
  return refused('MinorSkipTooFar', message, '');
}
