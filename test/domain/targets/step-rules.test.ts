import { describe, expect, it } from '@jest/globals';
import { OWNING_INSTALLERS } from '../../../src/domain/inventory/control-plane-detail.ts';
import { surveyTargets } from '../../../src/domain/targets/assess-targets.ts';
import { STEP_RULES } from '../../../src/domain/targets/step-rules.ts';
import type { TargetsInput } from '../../../src/domain/targets/target.ts';
import { version } from '../../support/sample-mesh.ts';
import { assess, codesOf, hopsOf, inputOf } from '../../support/targets-input.ts';

describe('whose rules hold', () => {
  const owned = (
    installer: (typeof OWNING_INSTALLERS)[number],
    changes: Partial<TargetsInput> = {},
  ): TargetsInput =>
    inputOf('1.25.1', ['1.26.1', '1.27.0', '1.29.0'], {
      controlPlanes: [{ revision: 'a', version: '1.25.1', installer }],
      ...changes,
    });

  it('is told for every installer, with a source for each that has rules', () => {
    for (const installer of OWNING_INSTALLERS) {
      const { rules } = surveyTargets(owned(installer));
      expect(rules).toEqual({ installer, sources: STEP_RULES[installer].sources });
      expect([installer, rules.sources.length > 0]).toEqual([installer, installer !== 'unknown']);
    }
  });

  it('Sail goes up several minors by revision, and one in place', () => {
    const { canary, inPlace } = assess(owned('sail'), '1.29.0');

    expect([canary.verdict, inPlace.verdict]).toEqual(['allowed', 'not-allowed']);
    expect(hopsOf(canary)).toEqual(['1.29.0']);
  });

  it('Google chooses by channel, whatever the strategy', () => {
    const { canary, inPlace } = assess(owned('google'), '1.26.1');

    expect([codesOf(canary), codesOf(inPlace)]).toEqual([
      ['ChosenByProvider'],
      ['ChosenByProvider'],
    ]);
  });

  it('an unknown installer makes it unknown, and says so', () => {
    const { canary } = assess(owned('unknown'), '1.26.1');

    expect(canary.verdict).toBe('unknown');
    expect(codesOf(canary)).toEqual(['InstallerUnknown']);
  });

  it('AKS is unknown while it was not asked, and moves no minor in place', () => {
    const { canary, inPlace } = assess(owned('aks'), '1.26.1');

    expect(canary.verdict).toBe('unknown');
    expect(canary.reasons).toMatchObject([
      {
        code: 'ProviderSupportUnknown',
        remedy: expect.stringContaining('az aks mesh get-upgrades'),
      },
    ]);
    expect(codesOf(inPlace)).toEqual(['StrategyNotOffered']);
  });

  it.each([
    ['n+1', ['1.25', '1.26', '1.27', '1.28'], '1.26.1', 'allowed'],
    ['n+2', ['1.25', '1.26', '1.27', '1.28'], '1.27.0', 'allowed'],
    ['n+4 while n is supported', ['1.25', '1.29'], '1.29.0', 'not-allowed'],
    ['n+1 that is not supported', ['1.25', '1.27'], '1.26.1', 'not-allowed'],
    ['the nearest supported after two that are not', ['1.29', '1.30'], '1.29.0', 'allowed'],
    ['the nearest, in whatever order', ['1.30', '1.29'], '1.29.0', 'allowed'],
    ['n+2 while n is not supported and n+1 is', ['1.26', '1.27'], '1.27.0', 'allowed'],
    ['beyond the nearest after two that are not', ['1.27', '1.29'], '1.29.0', 'not-allowed'],
    ['anything while nothing above is supported', ['1.24'], '1.26.1', 'not-allowed'],
  ])('AKS, asked, answers for %s (%j) by its own calendar', (_what, minors, to, verdict) => {
    const { canary } = assess(owned('aks', { providerMinors: minors }), to);

    expect(canary.verdict).toBe(verdict);
    const expected = verdict === 'allowed' ? [] : ['ProviderUnsupported'];
    expect(codesOf(canary)).toEqual(expected);
  });

  it('AKS applies patches of a minor by itself', () => {
    const input = owned('aks', { providerMinors: ['1.25', '1.26'] });
    const patched = { ...input, available: [version('1.25.1'), version('1.25.9')] };

    expect(codesOf(assess(patched, '1.25.9').canary)).toEqual(['ChosenByProvider']);
  });
});
