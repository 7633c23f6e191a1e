import type { Finding } from '../../finding.ts';
import {
  compareIstioVersions,
  minorDistance,
  parseIstioVersion,
  type IstioVersion,
} from '../../version/istio-version.ts';
import { MAX_CANARY_MINORS } from '../../version/support-matrix.ts';
import { currentControlPlanes, type PreflightFacts } from '../facts.ts';

/** The installer must have the very version: its binary renders the release and sets the image tags. */
export function checkTargetSupplied({ target, available }: PreflightFacts): readonly Finding[] {
  if (available.includes(target)) return [];
  const newest = available.at(-1);
  const tooNew = newest !== undefined && compareIstioVersions(target, newest) > 0;
  return [
    {
      code: 'TargetUnknown',
      severity: 'blocking',
      subject: target,
      message: `expected one of the versions that the installer has (${available.join(', ') || 'none'}), found ${target}${tooNew ? ', which is newer than all of them' : ''}`,
      remedy: `add istioctl ${target} with its sha256 to installers.istioctl.binaries in meshlift.yaml`,
    },
  ];
}

/** Skew rules of a canary: up by at most two minors, never down, never across a major version. */
export function checkSkew(facts: PreflightFacts): readonly Finding[] {
  return currentControlPlanes(facts).flatMap(({ version, deployment }) => {
    const from = version === undefined ? undefined : parseIstioVersion(version);
    if (from === undefined) return [];
    return checkStep(from, facts.target, `Deployment ${facts.mesh.meshNamespace}/${deployment}`);
  });
}

function checkStep(from: IstioVersion, to: IstioVersion, subject: string): readonly Finding[] {
  const minors = minorDistance(from, to);
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
  if (minors === undefined || minors > MAX_CANARY_MINORS) {
    const apart = minors === undefined ? 'another major version' : `${minors} minors ahead`;
    return [
      {
        code: 'MinorSkipTooFar',
        severity: 'blocking',
        subject,
        message: `expected a target at most ${MAX_CANARY_MINORS} minors above ${from}, found ${to}, ${apart}`,
        remedy: 'go by way of a version in between',
      },
    ];
  }
  return [];
}
