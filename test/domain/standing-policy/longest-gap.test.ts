import { describe, expect, it } from '@jest/globals';
import { longestGapDays } from '../../../src/domain/standing-policy/longest-gap.ts';
import type { MaintenanceWindow } from '../../../src/domain/time/maintenance-window.ts';

const NOW = Date.parse('2026-11-22T00:00:00Z');

function gapOf(rule: MaintenanceWindow['rule'], changes: Partial<MaintenanceWindow> = {}): number {
  const fixed = { name: 'w', timeZone: 'UTC', start: '22:00', durationSeconds: 3600, except: [] };
  return longestGapDays({ ...fixed, rule, ...changes }, NOW);
}

describe('the longest time between two openings', () => {
  it.each<[string, Parameters<typeof gapOf>, number]>([
    ['is a day, of every day', [{ kind: 'daily', every: 1 }], 1],
    ['is the longer part of a week', [{ kind: 'weekly', days: ['tue', 'thu'], every: 1 }], 5],
    [
      'is that of the longest two months',
      [{ kind: 'weekday-of-month', week: 'last', day: 'sun', every: 1 }],
      35,
    ],
    [
      'has the dates in it that are left out',
      [{ kind: 'daily', every: 1 }, { except: [{ from: '2026-12-24', to: '2026-12-31' }] }],
      9,
    ],
    [
      'has the time in it until the first opening',
      [{ kind: 'daily', every: 1 }, { startDate: '2027-01-01' }],
      40 + 22 / 24,
    ],
    [
      'is infinite where none comes any more',
      [{ kind: 'daily', every: 1 }, { except: [{ from: '2020-01-01', to: '2999-12-31' }] }],
      Number.POSITIVE_INFINITY,
    ],
  ])('%s', (_what, args, days) => {
    expect(gapOf(...args)).toBeCloseTo(days, 5);
  });
});
