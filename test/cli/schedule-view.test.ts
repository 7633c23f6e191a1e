import { describe, expect, it } from '@jest/globals';
import { viewSchedule } from '../../src/cli/schedules/schedule-view.ts';
import type { KeptSchedule } from '../../src/clients/temporal-schedules.ts';
import { without } from '../support/without.ts';
import { ALWAYS } from '../support/scripted-maintenance.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-22T12:00:00Z');
const midnight = (daysAgo: number): number => Date.parse('2026-11-22T00:00:00Z') - daysAgo * DAY;

/** Made ten days ago for a window that is open all day, every day; it has acted since at `times`. */
function keptSchedule(times: readonly number[], changes: Partial<KeptSchedule> = {}): KeptSchedule {
  return {
    name: 'demo-always',
    starts: 'openMaintenanceWindow',
    input: { cluster: 'demo', window: 'always', policy: { kind: 'patch' } },
    madeFrom: { ...ALWAYS },
    timeZone: 'UTC',
    paused: false,
    createdAt: midnight(10) + DAY / 2,
    actions: times.map((at) => ({
      scheduledAt: at,
      takenAt: at + 1000,
      workflowId: 'maintenance/demo-always',
      runId: `run-${at}`,
    })),
    running: [],
    next: [midnight(-1)],
    taken: times.length,
    missedCatchUp: 0,
    skippedOverlap: 0,
    ...changes,
  };
}

const CONFIGURED = { windows: [ALWAYS], now: NOW };
const every = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map(midnight);

describe('a schedule that is shown', () => {
  it('has missed nothing where it acted in every opening', () => {
    expect(viewSchedule(keptSchedule(every), CONFIGURED)).toMatchObject({
      missed: [],
      remarks: [],
    });
  });

  it('has missed the openings between its actions, and none from before it was made', () => {
    const times = every.filter((at) => at !== midnight(4) && at !== midnight(1));

    expect(viewSchedule(keptSchedule(times), CONFIGURED).missed).toEqual([
      '2026-11-18T00:00:00.000Z',
      '2026-11-21T00:00:00.000Z',
    ]);
    expect(viewSchedule(keptSchedule([]), CONFIGURED).missed).toHaveLength(9);
  });

  it('says nothing of what it missed where its window is not known', () => {
    expect(viewSchedule(keptSchedule([]), { now: NOW }).missed).toEqual([]);
  });

  it('acts next at no time while it is paused', () => {
    expect(viewSchedule(keptSchedule(every), CONFIGURED).next).toEqual([
      '2026-11-23T00:00:00.000Z',
    ]);

    const paused = keptSchedule(every, { paused: true });
    expect(viewSchedule(paused, CONFIGURED).next).toEqual([]);
  });

  it.each<[string, Partial<KeptSchedule>, string]>([
    ['its window has changed', { madeFrom: { ...ALWAYS, start: '01:00' } }, 'has changed since'],
    [
      'its window is gone',
      { input: { cluster: 'demo', window: 'gone' } },
      'no window gone any more',
    ],
    ['its input is none', { input: 'demo' }, 'expected a maintenance request, found "demo"'],
  ])('says what to do when %s', (_what, changes, words) => {
    const { remarks } = viewSchedule(keptSchedule(every, changes), CONFIGURED);

    expect(remarks).toHaveLength(1);
    expect(remarks[0]).toContain(words);
    expect(remarks[0]).toContain('meshlift schedule delete demo-always');
  });

  it('that was made without meshlift is not compared with what it was made from', () => {
    const byHand = without(keptSchedule(every), 'madeFrom');

    expect(viewSchedule(byHand, CONFIGURED).remarks).toEqual([]);
  });
});
