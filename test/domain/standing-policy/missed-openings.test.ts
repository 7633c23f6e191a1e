import { describe, expect, it } from '@jest/globals';
import { knownSince, missedOpenings } from '../../../src/domain/standing-policy/missed-openings.ts';

const HOUR = 3_600_000;
/** Openings of an hour, every ten hours. */
const OPENINGS = [0, 10, 20, 30].map((hour) => ({
  opensAt: hour * HOUR,
  closesAt: (hour + 1) * HOUR,
}));

function missed(question: Partial<Parameters<typeof missedOpenings>[1]>): readonly number[] {
  const all = { since: -1, until: 100 * HOUR, actions: [], now: 100 * HOUR, ...question };
  return missedOpenings(OPENINGS, all).map(({ opensAt }) => opensAt / HOUR);
}

describe('an opening is missed', () => {
  it('when it is over and nothing was done in it', () => {
    expect(missed({})).toEqual([0, 10, 20, 30]);
  });

  it.each<[string, Parameters<typeof missed>[0], readonly number[]]>([
    ['not while it is open', { now: 30.5 * HOUR }, [0, 10, 20]],
    ['at its very end', { now: 31 * HOUR }, [0, 10, 20, 30]],
    ['not where an action began with it', { actions: [10 * HOUR] }, [0, 20, 30]],
    ['not where an action came a little later', { actions: [10.9 * HOUR] }, [0, 20, 30]],
    ['although an action came right after it', { actions: [11 * HOUR] }, [0, 10, 20, 30]],
    ['not before the time that is asked about', { since: 10 * HOUR }, [20, 30]],
    ['not after the time that is asked about', { until: 20 * HOUR }, [0, 10, 20]],
  ])('%s', (_what, question, expected) => {
    expect(missed(question)).toEqual(expected);
  });
});

describe('what is known of a schedule reaches back', () => {
  const ten = Array.from({ length: 10 }, (_, index) => 100 + index);

  it.each<[string, Parameters<typeof knownSince>, number]>([
    ['to its making', [{ createdAt: 5, actions: [10, 20] }], 5],
    ['to the oldest action that Temporal remembers', [{ createdAt: 5, actions: ten }], 100],
    ['to the action before one', [{ createdAt: 5, actions: [10, 20, 30] }, 30], 20],
    ['to its making, of the first action', [{ createdAt: 5, actions: [30] }, 30], 5],
    ['to a first action for an earlier time', [{ createdAt: 50, actions: [30] }, 30], 30],
  ])('%s', (_what, args, expected) => {
    expect(knownSince(...args)).toBe(expected);
  });
});
