import { describe, expect, it } from '@jest/globals';
import { adviseVersion } from '../../../src/domain/standing-policy/advise-version.ts';
import type { Advice } from '../../../src/domain/standing-policy/maintenance-report.ts';
import type { StandingPolicy } from '../../../src/domain/standing-policy/maintenance-request.ts';
import { surveyTargets } from '../../../src/domain/targets/assess-targets.ts';
import type { TargetsInput } from '../../../src/domain/targets/target.ts';
import { KNOWN_VERSIONS } from '../../../src/domain/version/known-versions.ts';
import { mergeVersions } from '../../../src/domain/version/version-table.ts';
import { inputOf } from '../../support/targets-input.ts';

type VersionPolicy = Extract<StandingPolicy, { readonly kind: 'patch' | 'minor' }>;
const PATCH: VersionPolicy = { kind: 'patch', withinDays: 7 };
const MINOR: VersionPolicy = { kind: 'minor', supportedDays: 30 };

/** A mesh of istioctl's Istio `from` with `available` beside it, on 2026-03-01 unless said. */
function advise(
  policy: VersionPolicy,
  from: string,
  available: readonly string[],
  changes: Partial<TargetsInput> = {},
): Advice {
  const input = inputOf(from, available, changes);
  const { versions, today } = input;
  return adviseVersion(policy, { targets: surveyTargets(input), versions, today });
}

function withdrawing(version: string): Partial<TargetsInput> {
  const minor = version.split('.').slice(0, 2).join('.');
  const known = KNOWN_VERSIONS.find((each) => each.minor === minor);
  if (known === undefined) throw new Error(`expected to know ${minor}`);
  const row = { ...known, withdrawn: [{ version, why: 'it leaks' }] };
  return { versions: mergeVersions(KNOWN_VERSIONS, [row]) };
}

describe('take patch releases', () => {
  it('starts an upgrade to the newest patch of the running minor', () => {
    expect(advise(PATCH, '1.27.1', ['1.27.2', '1.27.3', '1.28.0'])).toEqual({
      kind: 'start',
      type: 'upgradeMesh',
      request: { target: '1.27.3' },
      because: '1.27.3 is the newest patch of 1.27, 1.27.1 runs',
    });
  });

  it('goes the way that the policy names', () => {
    const strategies = { installer: 'istioctl', strategies: ['canary', 'in-place'] } as const;

    const advice = advise({ ...PATCH, strategy: 'in-place' }, '1.27.1', ['1.27.3'], {
      offers: strategies,
    });

    expect(advice).toMatchObject({ request: { target: '1.27.3', strategy: 'in-place' } });
  });

  it.each<[string, string, readonly string[], Partial<TargetsInput>, string]>([
    ['the newest patch runs', '1.27.3', ['1.27.2', '1.28.0'], {}, '1.27.3 is the newest patch'],
    ['the newer one is no release', '1.27.1', ['1.27.2-rc.1'], {}, '1.27.1 is the newest patch'],
    [
      'the newer one is withdrawn',
      '1.27.1',
      ['1.27.2'],
      withdrawing('1.27.2'),
      'withdrawn: 1.27.2',
    ],
    [
      'Kubernetes is too old',
      '1.28.0',
      ['1.28.1'],
      { kubernetesVersion: 'v1.29.0' },
      'is not allowed (canary): Istio 1.28.1 needs Kubernetes 1.30',
    ],
    ['nothing is known of the minor', '1.99.0', ['1.99.1'], {}, 'nobody can say'],
    ['another upgrade is under way', '1.27.1', ['1.27.2'], twoControlPlanes(), 'found 1-27-1'],
    ['no control plane is there', '1.27.1', ['1.27.2'], { controlPlanes: [] }, 'no istiod'],
    ['the way is not offered', '1.27.1', ['1.27.2'], offering([]), 'does not carry out canary'],
  ])('starts nothing where %s, and says so', (_what, from, available, changes, words) => {
    // The premise: without what is different here it would start.
    expect(advise(PATCH, '1.27.1', ['1.27.2'])).toMatchObject({ kind: 'start' });

    const advice = advise(PATCH, from, available, changes);

    expect(advice.kind).toBe('nothing');
    expect(advice.because).toContain(words);
  });

  it('passes over a withdrawn patch for the one before', () => {
    const advice = advise(PATCH, '1.27.1', ['1.27.2', '1.27.3'], withdrawing('1.27.3'));

    expect(advice).toMatchObject({ kind: 'start', request: { target: '1.27.2' } });
  });
});

describe('take the next minor', () => {
  // 1.28 is of 2025-11-05, 1.29 of 2026-02-16.
  it('starts an upgrade to its newest release once it has been out for long enough', () => {
    expect(advise(MINOR, '1.27.1', ['1.27.2', '1.28.0', '1.28.1', '1.29.0'])).toMatchObject({
      kind: 'start',
      type: 'upgradeMesh',
      request: { target: '1.28.1' },
    });
  });

  it('waits until the very day', () => {
    const on = (today: string): Advice => advise(MINOR, '1.28.0', ['1.29.0'], { today });

    expect(on('2026-03-17')).toMatchObject({
      kind: 'nothing',
      because: expect.stringContaining('is of 2026-02-16'),
    });
    expect(on('2026-03-18')).toMatchObject({ kind: 'start', request: { target: '1.29.0' } });
  });

  it.each<[string, string, readonly string[], Partial<TargetsInput>, string]>([
    ['its support has ended', '1.25.1', ['1.26.1'], {}, 'support of 1.26, the next minor, ended'],
    ['none of it can be supplied', '1.27.1', ['1.29.0'], {}, 'no release of it can be supplied'],
    ['only its candidate can', '1.27.1', ['1.28.0-rc.1'], {}, 'no release of it can be supplied'],
    ['all of it is withdrawn', '1.27.1', ['1.28.0'], withdrawing('1.28.0'), 'withdrawn: 1.28.0'],
    ['nothing is known of it', '1.31.0', ['1.32.0'], {}, 'nothing is known of 1.32'],
    ['its day is not known', '1.27.1', ['1.28.0'], withoutDay('1.28'), 'no day of release'],
  ])('starts nothing where %s, and says so', (_what, from, available, changes, words) => {
    // The premise: without what is different here it would start.
    expect(advise(MINOR, '1.27.1', ['1.28.0'])).toMatchObject({ kind: 'start' });

    const advice = advise(MINOR, from, available, changes);

    expect(advice.kind).toBe('nothing');
    expect(advice.because).toContain(words);
  });

  it('takes an end of support that is not announced for one that lies ahead', () => {
    expect(KNOWN_VERSIONS.find(({ minor }) => minor === '1.30')?.supportEnds).toBeUndefined();

    const advice = advise(MINOR, '1.29.0', ['1.30.0'], { today: '2026-07-01' });

    expect(advice).toMatchObject({ kind: 'start', request: { target: '1.30.0' } });
  });
});

function twoControlPlanes(): Partial<TargetsInput> {
  const installer = 'istioctl';
  return {
    controlPlanes: [
      { revision: '1-27-1', version: '1.27.1', installer },
      { revision: '1-27-2', version: '1.27.2', installer },
    ],
  };
}

function offering(strategies: TargetsInput['offers']['strategies']): Partial<TargetsInput> {
  return { offers: { installer: 'istioctl', strategies } };
}

function withoutDay(minor: string): Partial<TargetsInput> {
  const row = { minor, minimumKubernetes: [{ since: `${minor}.0`, minor: 30 }], source: 'a wiki' };
  return { versions: mergeVersions(KNOWN_VERSIONS, [row]) };
}
