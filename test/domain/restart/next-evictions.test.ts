import { describe, expect, it } from '@jest/globals';
import { nextEvictions } from '../../../src/domain/restart/next-evictions.ts';
import type { RolloutLimits } from '../../../src/domain/restart/rollout-limits.ts';
import { podFacts } from '../../support/sample-pod.ts';

const LIMITS: RolloutLimits = { desired: 3, unavailable: 1, surge: 0, replaces: 'in-turns' };

/** Pods of `db`: `2 old`, `1 new unready`, `0 old leaving`. */
function evicted(
  texts: readonly string[],
  { limits = LIMITS, hasBudget = false }: { limits?: RolloutLimits; hasBudget?: boolean } = {},
): readonly string[] {
  const pods = texts.map((text) => {
    const [index = '', age, state] = text.split(' ');
    return podFacts({
      name: `db-${index}`,
      revision: age === 'new' ? '1-26-1' : '1-25-1',
      ready: state !== 'unready',
      terminating: state === 'leaving',
    });
  });
  const isOnTarget = ({ revision }: { readonly revision?: string }): boolean =>
    revision === '1-26-1';
  return nextEvictions({ pods, limits, hasBudget, isOnTarget }).map(({ name }) => name);
}

describe('pod by pod', () => {
  it.each([
    ['the last one leaves first', ['0 old', '1 old', '2 old'], ['db-2']],
    ['by number, not by letter', ['9 old', '10 old', '8 old'], ['db-10']],
    ['one with the new proxy stays', ['0 old', '1 old', '2 new'], ['db-1']],
    ['nobody leaves while one is leaving', ['0 old', '1 old', '2 old leaving'], []],
    ['nobody leaves while a new one is not ready', ['0 old', '1 old', '2 new unready'], []],
    ['nobody leaves while one is missing', ['0 old', '1 old'], []],
    [
      'old ones that serve nobody leave at once',
      ['0 old unready', '1 old unready', '2 old'],
      ['db-1', 'db-0'],
    ],
    ['nobody is left to go when all are new', ['0 new', '1 new', '2 new'], []],
  ])('%s', (_rule, pods, expected) => {
    expect(evicted(pods)).toEqual(expected);
  });

  const wide: RolloutLimits = { ...LIMITS, unavailable: 2 };

  it('as many leave as the strategy itself would take', () => {
    expect(evicted(['0 old', '1 old', '2 old'], { limits: wide })).toEqual(['db-2', 'db-1']);
  });

  it('one leaves where a budget counts', () => {
    expect(evicted(['0 old', '1 old', '2 old'], { limits: wide, hasBudget: true })).toEqual([
      'db-2',
    ]);
  });

  it('one leaves where the strategy would take all', () => {
    const limits: RolloutLimits = { desired: 3, unavailable: 3, surge: 0, replaces: 'all-at-once' };

    expect(evicted(['0 old', '1 old', '2 old'], { limits })).toEqual(['db-2']);
  });
});
