import type { Finding } from '../../finding.ts';
import type { Strategy } from '../../planning/plan.ts';
import {
  compareIstioVersions,
  minorDistance,
  parseIstioVersion,
  type IstioVersion,
} from '../../version/istio-version.ts';
import { MAX_CANARY_MINORS, MAX_IN_PLACE_MINORS } from '../../version/support-matrix.ts';
import { currentControlPlanes, type Rule } from '../facts.ts';

const MAX_MINORS: Readonly<Record<Strategy, number>> = {
  canary: MAX_CANARY_MINORS,
  'in-place': MAX_IN_PLACE_MINORS,
};

/** Skew: up by at most two minors by canary and one in place, never down, never across a major version. */
export const versionSkewRule: Rule = {
  documents: [
    {
      code: 'DowngradeRequested',
      severity: 'blocking',
      meaning: 'the target is older than the control plane that runs.',
      remedy:
        'choose a newer target; going down is another workflow (`downgradeMesh`), which does not exist yet.',
    },
    {
      code: 'MinorSkipTooFar',
      severity: 'blocking',
      meaning:
        'the target is more minor versions ahead than Istio supports (two for a canary, one in place), or has another major version.',
      remedy: 'go by way of a version in between: `meshlift targets CLUSTER` names the hops.',
    },
  ],
  check: (facts) =>
    currentControlPlanes(facts).flatMap(({ version, deployment }) => {
      const from = version === undefined ? undefined : parseIstioVersion(version);
      if (from === undefined) return [];
      const subject = `Deployment ${facts.mesh.meshNamespace}/${deployment}`;
      return checkStep({ from, to: facts.target, strategy: facts.strategy, subject });
    }),
};

interface SkewStep {
  readonly from: IstioVersion;
  readonly to: IstioVersion;
  readonly strategy: Strategy;
  readonly subject: string;
}

function checkStep({ from, to, strategy, subject }: SkewStep): readonly Finding[] {
  if (compareIstioVersions(to, from) < 0) {
    return [
      {
        code: 'DowngradeRequested',
        severity: 'blocking',
        subject,
        message: `expected a target above ${from}, found ${to}`,
        remedy: 'an older version is reached with the workflow downgradeMesh',
      },
    ];
  }
  const minors = minorDistance(from, to);
  if (minors !== undefined && minors <= MAX_MINORS[strategy]) return [];
  const apart = minors === undefined ? 'another major version' : `${minors} minors ahead`;
  return [
    {
      code: 'MinorSkipTooFar',
      severity: 'blocking',
      subject,
      message: `expected a target at most ${MAX_MINORS[strategy]} minors above ${from}, found ${to}, ${apart}`,
      remedy: 'go by way of a version in between',
    },
  ];
}
