import { describe, expect, it } from '@jest/globals';
import { KNOWN_VERSIONS } from '../../../src/domain/version/known-versions.ts';
import { mergeVersions } from '../../../src/domain/version/version-table.ts';
import { assess, hopsOf, inputOf } from '../../support/targets-input.ts';

describe('the hops to a target that is too far', () => {
  it('skip a minor by canary and none in place', () => {
    const far = inputOf('1.23.2', ['1.24.6', '1.25.1', '1.25.5', '1.26.8', '1.27.3']);

    expect(hopsOf(assess(far, '1.27.3').canary)).toEqual(['1.25.5', '1.27.3']);
    expect(hopsOf(assess(far, '1.27.3').inPlace)).toEqual(['1.24.6', '1.25.5', '1.26.8', '1.27.3']);
  });

  it('end at the very target, though a newer patch of its minor is there', () => {
    const input = inputOf('1.25.1', ['1.26.1', '1.27.0', '1.27.9']);

    expect(hopsOf(assess(input, '1.27.9').inPlace)).toEqual(['1.26.1', '1.27.9']);
    expect(hopsOf(assess(input, '1.27.0').inPlace)).toEqual(['1.26.1', '1.27.0']);
  });

  it('take another minor where the farthest is not supplied', () => {
    const input = inputOf('1.23.2', ['1.24.6', '1.26.8']);

    expect(hopsOf(assess(input, '1.26.8').canary)).toEqual(['1.24.6', '1.26.8']);
  });

  it('use no pre-release and no withdrawn release', () => {
    const withdrawn = mergeVersions(KNOWN_VERSIONS, [
      {
        minor: '1.26',
        minimumKubernetes: [{ since: '1.26.0', minor: 29 }],
        withdrawn: [{ version: '1.26.5', why: 'it was broken' }],
        source: 'a test',
      },
    ]);
    const available = ['1.26.4', '1.26.5', '1.26.6-rc.1', '1.27.0'];

    const [before, after] = [KNOWN_VERSIONS, withdrawn].map((versions) =>
      hopsOf(assess(inputOf('1.25.1', available, { versions }), '1.27.0').inPlace),
    );

    expect(before).toEqual(['1.26.5', '1.27.0']);
    expect(after).toEqual(['1.26.4', '1.27.0']);
  });

  it('name the minors of which one is missing, and from where', () => {
    const { canary, inPlace } = assess(inputOf('1.23.2', ['1.24.6', '1.28.0']), '1.28.0');

    expect(canary.route).toEqual({ kind: 'gap', after: '1.24.6', missing: ['1.25', '1.26'] });
    expect(inPlace.route).toEqual({ kind: 'gap', after: '1.24.6', missing: ['1.25'] });
  });

  it('are as few as any other way, whatever is supplied', () => {
    for (let supplied = 0; supplied < 64; supplied += 1) {
      const between = [21, 22, 23, 24, 25, 26].filter((_, index) => (supplied & (1 << index)) > 0);
      const available = [...between.map((minor) => `1.${minor}.3`), '1.27.3'];
      const { canary } = assess(inputOf('1.20.3', available), '1.27.3');

      const least = fewestHops(20, 27, between);
      expect([between, hopsOf(canary).length]).toEqual([between, least ?? 0]);
    }
  });
});

/** By trying every way; the hops of a canary. */
function fewestHops(from: number, to: number, between: readonly number[]): number | undefined {
  if (to - from <= 2) return 1;
  const ways = between
    .filter((minor) => minor > from && minor - from <= 2)
    .map((minor) => fewestHops(minor, to, between))
    .filter((hops) => hops !== undefined);
  return ways.length === 0 ? undefined : 1 + Math.min(...ways);
}
