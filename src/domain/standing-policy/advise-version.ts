import { describeCount } from '../rollout/describe-count.ts';
import type { MeshTargets, TargetAssessment } from '../targets/target.ts';
import {
  isPreRelease,
  minorNameAbove,
  minorNameOf,
  parseIstioVersion,
  type IstioVersion,
} from '../version/istio-version.ts';
import type { VersionTable } from '../version/version-table.ts';
import type { Advice } from './maintenance-report.ts';
import type { StandingPolicy } from './maintenance-request.ts';

export interface VersionFacts {
  /** Where the mesh can go with what the installer can supply. */
  readonly targets: MeshTargets;
  readonly versions: VersionTable;
  /** `2026-03-01`. */
  readonly today: string;
}

type VersionPolicy = Extract<StandingPolicy, { readonly kind: 'patch' | 'minor' }>;

/** The version that a policy asks for now. What is not known to be allowed is never started. */
export function adviseVersion(policy: VersionPolicy, facts: VersionFacts): Advice {
  const { from, obstacles } = facts.targets;
  const [only] = from;
  const running = only?.version === undefined ? undefined : parseIstioVersion(only.version);
  if (obstacles.length > 0 || running === undefined) {
    const why = obstacles.map(({ message }) => message).join('; ');
    return nothing(why === '' ? 'nobody can say which version runs' : why);
  }
  switch (policy.kind) {
    case 'patch':
      return advisePatch(policy, facts, running);
    case 'minor':
      return adviseMinor(policy, facts, running);
  }
}

function advisePatch(policy: VersionPolicy, facts: VersionFacts, running: IstioVersion): Advice {
  const minor = minorNameOf(running);
  const newer = releasesOf(facts, minor).filter(({ direction }) => direction === 'newer');
  const [newest] = newer.filter(mayBeInstalled);
  if (newest === undefined) {
    return nothing(
      `${running} is the newest patch of ${minor} that can be supplied${passedOver(newer)}`,
    );
  }
  return judge(
    policy,
    newest,
    `${newest.version} is the newest patch of ${minor}, ${running} runs`,
  );
}

function adviseMinor(
  policy: Extract<VersionPolicy, { readonly kind: 'minor' }>,
  facts: VersionFacts,
  running: IstioVersion,
): Advice {
  const minor = minorNameAbove(running, 1);
  const waits = whyNotYet(minor, policy.supportedDays, facts);
  if (waits !== undefined) return nothing(waits);
  const releases = releasesOf(facts, minor);
  const [newest] = releases.filter(mayBeInstalled);
  if (newest === undefined) {
    return nothing(
      `${minor} is the next minor, and no release of it can be supplied${passedOver(releases)}; name one under installers or its sources in meshlift.yaml`,
    );
  }
  return judge(
    policy,
    newest,
    `${minor} has been out for ${describeCount(policy.supportedDays, 'day')} or more, ${running} runs`,
  );
}

/** An end of support that is not announced lies ahead; one that has passed makes it a person's choice. */
function whyNotYet(
  minor: string,
  days: number,
  { versions, today }: VersionFacts,
): string | undefined {
  const row = versions.find((each) => each.minor === minor);
  if (row?.released === undefined) {
    const what = row === undefined ? 'nothing' : 'no day of release';
    return `${what} is known of ${minor}, the next minor; once it is out, say so under versions in meshlift.yaml`;
  }
  const { released, supportEnds } = row;
  const age = daysBetween(released, today);
  if (age < days) {
    return `${minor}, the next minor, is of ${released}; the policy waits until it has been out for ${describeCount(days, 'day')}`;
  }
  if (supportEnds !== undefined && supportEnds < today) {
    return `support of ${minor}, the next minor, ended on ${supportEnds}: choose a target yourself`;
  }
  return undefined;
}

/** Of one minor, newest first. */
function releasesOf({ targets }: VersionFacts, minor: string): readonly TargetAssessment[] {
  return targets.targets.filter(({ version }) => {
    const parsed = parseIstioVersion(version);
    return parsed !== undefined && !isPreRelease(parsed) && minorNameOf(parsed) === minor;
  });
}

function mayBeInstalled({ withdrawnBecause }: TargetAssessment): boolean {
  return withdrawnBecause === undefined;
}

function passedOver(releases: readonly TargetAssessment[]): string {
  const withdrawn = releases.filter((each) => !mayBeInstalled(each));
  return withdrawn.length === 0
    ? ''
    : ` (withdrawn: ${withdrawn.map(({ version }) => version).join(', ')})`;
}

function judge({ strategy }: VersionPolicy, target: TargetAssessment, because: string): Advice {
  const { verdict, offered, reasons } = strategy === 'in-place' ? target.inPlace : target.canary;
  const way = strategy ?? 'canary';
  if (verdict === 'allowed' && offered) {
    return {
      kind: 'start',
      type: 'upgradeMesh',
      request: { target: target.version, ...(strategy === undefined ? {} : { strategy }) },
      because,
    };
  }
  const why = reasons.map(({ message }) => message).join('; ');
  switch (verdict) {
    case 'allowed':
      return nothing(`${because}; but meshlift does not carry out ${way} from here`);
    case 'not-allowed':
      return nothing(`${because}; but ${target.version} is not allowed (${way}): ${why}`);
    case 'unknown':
      return nothing(
        `${because}; but nobody can say whether ${target.version} is allowed (${way}): ${why}`,
      );
  }
}

function nothing(because: string): Advice {
  return { kind: 'nothing', because };
}

function daysBetween(from: string, to: string): number {
  return Math.floor((Date.parse(to) - Date.parse(from)) / 86_400_000);
}
