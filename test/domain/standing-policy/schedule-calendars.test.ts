import { describe, expect, it } from '@jest/globals';
import { Temporal } from 'temporal-polyfill';
import {
  scheduleTimes,
  type OpeningCalendar,
  type ScheduleTimes,
} from '../../../src/domain/standing-policy/schedule-calendars.ts';
import type { MaintenanceWindow, WindowRule } from '../../../src/domain/time/maintenance-window.ts';
import { openingsOf } from '../../../src/domain/time/openings.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const NOW = Date.parse('2026-11-22T00:00:00Z');

function windowWith(rule: WindowRule, changes: Partial<MaintenanceWindow> = {}): MaintenanceWindow {
  const fixed = { name: 'w', timeZone: 'Europe/Berlin', start: '22:00', durationSeconds: 14_400 };
  return { ...fixed, rule, except: [], ...changes };
}

/** When it opens from now on. */
function startsOf(window: MaintenanceWindow, to: number): readonly number[] {
  const starts = openingsOf(window, NOW, to).map(({ opensAt }) => opensAt);
  return starts.filter((at) => at >= NOW);
}

/** Half hour by half hour what Temporal does by its documentation: a time fires where a calendar matches it. */
function firesAt(times: ScheduleTimes, from: number, to: number): readonly number[] {
  const fires: number[] = [];
  for (let at = from; at < to; at += 30 * MINUTE) {
    if (times.startAt !== undefined && at < times.startAt) continue;
    const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(times.timeZone);
    const isSkipped = times.skip.some(
      ({ year, month, days }) =>
        local.year === year &&
        local.month === month &&
        days.from <= local.day &&
        local.day <= days.to,
    );
    if (!isSkipped && times.calendars.some((each) => matches(each, local))) fires.push(at);
  }
  return fires;
}

function matches(calendar: OpeningCalendar, local: Temporal.ZonedDateTime): boolean {
  const { hour, minute, weekdays, days, months, year } = calendar;
  return (
    local.hour === hour &&
    local.minute === minute &&
    (weekdays?.includes(local.dayOfWeek % 7) ?? true) &&
    (days === undefined || (days.from <= local.day && local.day <= days.to)) &&
    (months?.includes(local.month) ?? true) &&
    (year === undefined || year === local.year)
  );
}

const weekly = (...days: readonly ('mon' | 'tue' | 'sun')[]): WindowRule => ({
  kind: 'weekly',
  days,
  every: 1,
});

describe('a schedule fires as the window opens', () => {
  it.each<[string, MaintenanceWindow]>([
    ['every day', windowWith({ kind: 'daily', every: 1 })],
    ['on days of the week', windowWith(weekly('tue', 'sun'))],
    ['on a day of the month', windowWith({ kind: 'day-of-month', day: 31, every: 1 })],
    [
      'on the second Tuesday',
      windowWith({ kind: 'weekday-of-month', week: 'second', day: 'tue', every: 1 }),
    ],
    [
      'every other month from March on',
      windowWith({ kind: 'day-of-month', day: 15, every: 2 }, { startDate: '2026-03-01' }),
    ],
    [
      'on the last Sunday of every third month',
      windowWith(
        { kind: 'weekday-of-month', week: 'last', day: 'sun', every: 6 },
        { startDate: '2026-01-01' },
      ),
    ],
    [
      'but not on dates that are left out',
      windowWith(
        { kind: 'daily', every: 1 },
        { except: [{ from: '2026-12-24', to: '2027-02-03' }] },
      ),
    ],
    ['by an offset that has a name', windowWith(weekly('mon'), { timeZone: '+02:00' })],
    ['where clocks go forward over its start', windowWith(weekly('sun'), { start: '02:30' })],
    ['from its first date on', windowWith(weekly('mon'), { startDate: '2027-01-20' })],
  ])('%s, and at no other time', (_what, window) => {
    const to = NOW + 500 * DAY;
    const openings = startsOf(window, to);

    const fires = firesAt(scheduleTimes(window, NOW), NOW, to);

    // As clocks go back a time of day comes twice, and Temporal fires twice.
    const again = fires.filter((at) => openings.includes(at - 60 * MINUTE));
    expect(fires.filter((at) => !again.includes(at))).toEqual(openings);
    expect(openings.length).toBeGreaterThan(1);
  });
});

describe('what calendars cannot say fires more often, never less', () => {
  it.each<[string, MaintenanceWindow]>([
    [
      'every other week',
      windowWith({ kind: 'weekly', days: ['mon'], every: 2 }, { startDate: '2026-01-05' }),
    ],
    ['every third day', windowWith({ kind: 'daily', every: 3 }, { startDate: '2026-01-05' })],
    [
      'the last Monday, also of February',
      windowWith({ kind: 'weekday-of-month', week: 'last', day: 'mon', every: 1 }),
    ],
    [
      'every fifth month',
      windowWith({ kind: 'day-of-month', day: 15, every: 5 }, { startDate: '2026-01-15' }),
    ],
    ['an offset without a name', windowWith(weekly('mon'), { timeZone: '+05:30' })],
  ])('%s', (_what, window) => {
    const to = NOW + 700 * DAY;
    const openings = startsOf(window, to);

    const fires = new Set(firesAt(scheduleTimes(window, NOW), NOW, to));

    expect(openings.length).toBeGreaterThan(1);
    expect(openings.filter((at) => !fires.has(at))).toEqual([]);
    expect(fires.size).toBeLessThan(openings.length * 8);
  });
});
