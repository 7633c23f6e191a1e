import {
  compareIstioVersions,
  minorDistance,
  minorNameAbove,
  minorNameOf,
  parseIstioVersion,
  type IstioVersion,
} from '../version/istio-version.ts';
import type { Step } from './judge-step.ts';
import type { StepRule } from './step-rules.ts';
import type { TargetReason } from './target.ts';

type ProviderRule = Extract<StepRule, { kind: 'provider-supported' }>;

/**
 * The AKS add-on: up to n+2 onto supported minors; from an n whose next minor is out of support as
 * well only to the nearest supported one; with none above, the cluster is upgraded first.
 * https://learn.microsoft.com/en-us/azure/aks/istio-upgrade
 */
export function judgeProviderStep(rule: ProviderRule, step: Step): readonly TargetReason[] {
  const { from, to, providerMinors } = step;
  const minors = minorDistance(from, to);
  if (minors === 0) {
    return [reason('ChosenByProvider', 'the provider applies patches of a minor by itself', '')];
  }
  if (providerMinors === undefined) {
    return [
      {
        code: 'ProviderSupportUnknown',
        kind: 'unknown',
        message: `up to ${rule.minors} minors above ${from} may be chosen, as far as the provider supports them on this cluster, which is not known here`,
        remedy: rule.ask,
      },
    ];
  }
  const above = supportedAbove(from, providerMinors);
  const [nearest] = above;
  const wanted = minorNameOf(to);
  if (nearest === undefined) {
    return [
      reason(
        'ProviderUnsupported',
        `the provider supports no minor above ${minorNameOf(from)} on this cluster`,
        'upgrade the cluster first',
      ),
    ];
  }
  const reachable = reachableFrom(from, above, { nearest, providerMinors, minors: rule.minors });
  if (reachable.includes(wanted)) return [];
  return [
    reason(
      'ProviderUnsupported',
      `expected one of the minors that the provider lets ${minorNameOf(from)} go to (${reachable.join(', ') || 'none'}), found ${wanted}`,
      rule.ask,
    ),
  ];
}

interface Reach {
  readonly nearest: string;
  readonly providerMinors: readonly string[];
  readonly minors: number;
}

function reachableFrom(
  from: IstioVersion,
  above: readonly string[],
  { nearest, providerMinors, minors }: Reach,
): readonly string[] {
  const supportedHere = [minorNameOf(from), minorNameAbove(from, 1)].some((minor) =>
    providerMinors.includes(minor),
  );
  if (!supportedHere) return [nearest];
  const inReach = Array.from({ length: minors }, (_, index) => minorNameAbove(from, index + 1));
  return above.filter((minor) => inReach.includes(minor));
}

/** Nearest first. */
function supportedAbove(from: IstioVersion, minors: readonly string[]): readonly string[] {
  return minors
    .flatMap((minor) => {
      const release = parseIstioVersion(`${minor}.0`);
      const above = release === undefined ? undefined : minorDistance(from, release);
      return release !== undefined && above !== undefined && above > 0 ? [release] : [];
    })
    .sort(compareIstioVersions)
    .map(minorNameOf);
}

function reason(
  code: 'ChosenByProvider' | 'ProviderUnsupported',
  message: string,
  remedy: string,
): TargetReason {
  return { code, kind: 'refused', message, remedy };
}
