import type { Finding } from '../../finding.ts';
import type { Direction } from '../../planning/direction.ts';
import type { Strategy } from '../../planning/plan.ts';
import {
  compareIstioVersions,
  minorDistance,
  parseIstioVersion,
  type IstioVersion,
} from '../../version/istio-version.ts';
import { MAX_CANARY_MINORS, MAX_IN_PLACE_MINORS } from '../../version/support-matrix.ts';
import { currentControlPlanes, type PreflightFacts, type Rule } from '../facts.ts';

const MAX_MINORS: Readonly<Record<Strategy, number>> = {
  canary: MAX_CANARY_MINORS,
  'in-place': MAX_IN_PLACE_MINORS,
};

/** Skew: at most two minors by canary and one in place, the way that the workflow goes, never across a major version. */
export const versionSkewRule: Rule = {
  documents: [
    {
      code: 'DowngradeRequested',
      severity: 'blocking',
      meaning:
        'an upgrade was asked for, and the target is older than the control plane that runs.',
      remedy:
        'choose a newer target, or go down with the workflow `downgradeMesh`: `--type downgradeMesh`.',
    },
    {
      code: 'MinorSkipTooFar',
      severity: 'blocking',
      meaning:
        'the target is more minor versions away than Istio supports (two for a canary, one in place), or has another major version.',
      remedy: 'go by way of a version in between: `meshlift targets CLUSTER` names the hops.',
    },
    {
      code: 'UpgradeRequested',
      severity: 'blocking',
      meaning: 'a downgrade was asked for, and the target is not older than what runs.',
      remedy: 'choose an older target, or go up with the workflow `upgradeMesh`.',
    },
  ],
  check: checkVersionSkew,
};

function checkVersionSkew(facts: PreflightFacts): readonly Finding[] {
  const { mesh, target, strategy, direction = 'up' } = facts;
  return currentControlPlanes(facts).flatMap(({ version, deployment }) => {
    const from = version === undefined ? undefined : parseIstioVersion(version);
    if (from === undefined) return [];
    const subject = `Deployment ${mesh.meshNamespace}/${deployment}`;
    const step = { from, to: target, strategy, direction, subject, cluster: mesh.cluster };
    const astray = checkDirection(step);
    return astray.length > 0 ? astray : checkDistance(step);
  });
}

interface SkewStep {
  readonly from: IstioVersion;
  readonly to: IstioVersion;
  readonly strategy: Strategy;
  readonly direction: Direction;
  readonly subject: string;
  readonly cluster: string;
}

function checkDirection({ from, to, direction, subject, cluster }: SkewStep): readonly Finding[] {
  const order = compareIstioVersions(to, from);
  switch (direction) {
    case 'up':
      return order >= 0
        ? []
        : [
            {
              code: 'DowngradeRequested',
              severity: 'blocking',
              subject,
              message: `expected a target above ${from}, found ${to}`,
              remedy: `go down with the workflow downgradeMesh: meshlift plan ${cluster} --target ${to} --type downgradeMesh`,
            },
          ];
    case 'down':
      return order < 0
        ? []
        : [
            {
              code: 'UpgradeRequested',
              severity: 'blocking',
              subject,
              message: `expected a target below ${from}, found ${to}`,
              remedy: `go up with the workflow upgradeMesh: meshlift plan ${cluster} --target ${to}`,
            },
          ];
  }
}

function checkDistance({ from, to, strategy, direction, subject }: SkewStep): readonly Finding[] {
  const up = minorDistance(from, to);
  const minors = up === undefined || direction === 'up' ? up : -up;
  const most = MAX_MINORS[strategy];
  if (minors !== undefined && minors <= most) return [];
  const apart = minors === undefined ? 'another major version' : `${minors} minors away`;
  return [
    {
      code: 'MinorSkipTooFar',
      severity: 'blocking',
      subject,
      message: `expected a target at most ${most} ${most === 1 ? 'minor' : 'minors'} ${direction === 'up' ? 'above' : 'below'} ${from}, found ${to}, ${apart}`,
      remedy: 'go by way of a version in between',
    },
  ];
}
