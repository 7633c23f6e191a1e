import { describe, expect, it } from '@jest/globals';
import { surveyTargets } from '../../../src/domain/targets/assess-targets.ts';
import { KNOWN_VERSIONS } from '../../../src/domain/version/known-versions.ts';
import { mergeVersions } from '../../../src/domain/version/version-table.ts';
import { version } from '../../support/sample-mesh.ts';
import { assess, codesOf, inputOf } from '../../support/targets-input.ts';

describe('a step up with istioctl', () => {
  it.each([
    ['1.25.1', '1.25.3', 'allowed', 'allowed'],
    ['1.25.1', '1.26.1', 'allowed', 'allowed'],
    ['1.25.1', '1.27.0', 'allowed', 'not-allowed'],
    ['1.25.1', '1.28.0', 'not-allowed', 'not-allowed'],
  ])('from %s to %s is %s as a canary and %s in place', (from, to, canary, inPlace) => {
    const found = assess(inputOf(from, [to]), to);

    expect(found).toMatchObject({ direction: 'newer', workflow: 'upgradeMesh' });
    expect([found.canary.verdict, found.inPlace.verdict]).toEqual([canary, inPlace]);
  });

  it('is refused with the reason, and allowed with none', () => {
    const input = inputOf('1.25.1', ['1.27.0']);

    expect(assess(input, '1.27.0').canary.reasons).toEqual([]);
    expect(assess(input, '1.27.0').inPlace.reasons).toEqual([
      {
        code: 'MinorSkipTooFar',
        kind: 'refused',
        message: '1.27.0 is 2 minors above 1.25.1; one step goes up 1 at most',
        remedy: '',
      },
    ]);
  });

  it('never crosses a major version', () => {
    const versions = mergeVersions(KNOWN_VERSIONS, [
      { minor: '2.26', minimumKubernetes: [{ since: '2.26.0', minor: 30 }], source: 'a test' },
    ]);
    const found = assess(inputOf('1.25.1', ['2.26.0'], { versions }), '2.26.0');

    expect(codesOf(found.canary)).toEqual(['MinorSkipTooFar']);
    expect(found.canary.route.kind).toBe('none');
  });

  it('is offered only where meshlift carries it out: by canary, on what istioctl installed', () => {
    const found = assess(inputOf('1.25.1', ['1.26.1']), '1.26.1');
    const helm = inputOf('1.25.1', ['1.26.1'], {
      controlPlanes: [{ revision: 'a', version: '1.25.1', installer: 'helm' }],
    });

    expect([found.canary.offered, found.inPlace.offered]).toEqual([true, false]);
    expect(assess(helm, '1.26.1').canary).toMatchObject({ verdict: 'allowed', offered: false });
  });

  it('is not offered as a canary from a control plane without a revision', () => {
    const offers = { installer: 'istioctl', strategies: ['canary', 'in-place'] } as const;
    const [named, unnamed] = ['1-25-1', 'default'].map((revision) =>
      assess(
        inputOf('1.25.1', ['1.26.1'], {
          offers,
          controlPlanes: [{ revision, version: '1.25.1', installer: 'istioctl' }],
        }),
        '1.26.1',
      ),
    );

    expect([named?.canary.offered, named?.inPlace.offered]).toEqual([true, true]);
    expect([unnamed?.canary.offered, unnamed?.inPlace.offered]).toEqual([false, true]);
  });
});

describe('what runs now and what is older', () => {
  it('is marked as the same, and no workflow goes there', () => {
    const found = assess(inputOf('1.26.1', []), '1.26.1');

    expect(found).toMatchObject({ direction: 'same', workflow: 'none' });
    expect(codesOf(found.canary)).toEqual(['TargetAlreadyInstalled']);
    expect(codesOf(found.inPlace)).toEqual(['TargetAlreadyInstalled']);
  });

  it.each([
    ['1.26.0', [], []],
    ['1.25.1', [], []],
    ['1.24.0', [], ['MinorSkipTooFar']],
    ['1.23.0', ['MinorSkipTooFar'], ['MinorSkipTooFar']],
  ])(
    '%s is a downgrade from 1.26.1, as far down as an upgrade goes up',
    (older, canary, inPlace) => {
      const found = assess(inputOf('1.26.1', [older]), older);

      expect(found).toMatchObject({ direction: 'older', workflow: 'downgradeMesh' });
      expect(codesOf(found.canary)).toEqual(canary);
      expect(codesOf(found.inPlace)).toEqual(inPlace);
      expect(found.canary.route.kind).toBe('none');
    },
  );
});

describe('the facts of a target', () => {
  it('that the table lacks make it unknown until the configuration has them', () => {
    const input = inputOf('1.31.0', ['1.32.0']);
    const told = mergeVersions(KNOWN_VERSIONS, [
      {
        minor: '1.32',
        supportEnds: '2027-06-30',
        minimumKubernetes: [{ since: '1.32.0', minor: 33 }],
        source: 'a test',
      },
    ]);

    const [without, withThem] = [input, { ...input, versions: told }].map((each) =>
      assess(each, '1.32.0'),
    );

    expect(without?.canary.verdict).toBe('unknown');
    expect(without?.support.kind).toBe('unknown');
    expect(withThem?.canary.verdict).toBe('allowed');
    expect(withThem?.support).toEqual({ kind: 'supported', until: '2027-06-30' });
  });

  it('that withdraw it refuse it by any strategy', () => {
    const versions = mergeVersions(KNOWN_VERSIONS, [
      {
        minor: '1.26',
        minimumKubernetes: [{ since: '1.26.0', minor: 29 }],
        withdrawn: [{ version: '1.26.1', why: 'it was broken' }],
        source: 'a test',
      },
    ]);
    const [fine, withdrawn] = [KNOWN_VERSIONS, versions].map((table) =>
      assess(inputOf('1.25.1', ['1.26.1'], { versions: table }), '1.26.1'),
    );

    expect(fine?.canary.verdict).toBe('allowed');
    expect(withdrawn).toMatchObject({
      withdrawnBecause: 'it was broken',
      canary: { verdict: 'not-allowed', reasons: [{ code: 'TargetWithdrawn' }] },
      inPlace: { verdict: 'not-allowed' },
    });
  });

  it('say when support ended, and that refuses nothing', () => {
    const { support, canary } = assess(inputOf('1.25.1', ['1.26.1']), '1.26.1');

    expect(support).toEqual({ kind: 'ended', on: '2025-12-22' });
    expect(canary.verdict).toBe('allowed');
  });
});

describe('what a step begins at', () => {
  const one = inputOf('1.25.1', ['1.26.1']);

  it.each([
    ['no control plane', { controlPlanes: [] }, 'MeshNotFound', 'not-allowed'],
    [
      'two control planes',
      {
        controlPlanes: [
          ...one.controlPlanes,
          { revision: '1-26-1', version: '1.26.1', installer: 'istioctl' },
        ],
      },
      'MixedControlPlanes',
      'not-allowed',
    ],
    [
      'an image tag that is no version',
      { controlPlanes: [{ revision: 'a', installer: 'istioctl' }] },
      'UnsupportedInstallation',
      'unknown',
    ],
    [
      'a version whose own istioctl is not configured',
      { available: [version('1.26.1')] },
      'InstallerBinaryMissing',
      'not-allowed',
    ],
  ] as const)('%s lets nothing be allowed', (_what, changes, code, verdict) => {
    expect(assess(one, '1.26.1').canary.verdict).toBe('allowed');

    const { canary } = assess({ ...one, ...changes }, '1.26.1');

    expect([codesOf(canary), canary.verdict]).toEqual([[code], verdict]);
    expect(canary.route.kind).toBe('none');
  });

  it('needs no istioctl of a version that another installer put there', () => {
    const available = [version('1.26.1')];
    const [istioctl, helm] = (['istioctl', 'helm'] as const).map((installer) =>
      assess(
        { ...one, available, controlPlanes: [{ revision: 'a', version: '1.25.1', installer }] },
        '1.26.1',
      ),
    );

    expect(istioctl?.canary.verdict).toBe('not-allowed');
    expect(helm?.canary).toMatchObject({ verdict: 'allowed', reasons: [] });
  });
});

describe('the survey', () => {
  it('has the newest version first, and says how long what runs is supported', () => {
    const survey = surveyTargets(inputOf('1.28.1', ['1.29.0', '1.9.9', '1.28.3']));

    expect(survey.targets.map((each) => each.version)).toEqual([
      '1.29.0',
      '1.28.3',
      '1.28.1',
      '1.9.9',
    ]);
    expect(survey.support).toEqual({ kind: 'supported', until: '2026-07-01' });
    expect(survey.from).toEqual([{ revision: '1-28-1', version: '1.28.1', installer: 'istioctl' }]);
  });

  it('names once what stands in the way of every step', () => {
    const free = inputOf('1.25.1', ['1.26.1']);
    const held = { ...free, available: [version('1.26.1')] };

    expect(surveyTargets(free).obstacles).toEqual([]);
    expect(surveyTargets(held).obstacles).toMatchObject([{ code: 'InstallerBinaryMissing' }]);
  });

  it('is JSON as it stands: nothing is lost on the way to a program', () => {
    const survey = surveyTargets(inputOf('1.25.1', ['1.26.1', '1.31.0']));

    expect(JSON.parse(JSON.stringify(survey))).toEqual(survey);
  });

  it('of an installer that has nothing is empty, not an error', () => {
    const survey = surveyTargets(inputOf('1.25.1', [], { available: [] }));

    expect(survey.targets).toEqual([]);
    expect(survey.support).toEqual({ kind: 'ended', on: '2025-09-30' });
  });
});
