import { describe, expect, test } from '@jest/globals';
import type { MaintenanceWindow, WindowRule } from '../../../src/domain/time/maintenance-window.ts';
import { nextOpening, openingsOf } from '../../../src/domain/time/openings.ts';

function windowOf(rule: WindowRule, about: Partial<MaintenanceWindow> = {}): MaintenanceWindow {
  return {
    name: 'w',
    timeZone: 'UTC',
    rule,
    start: '22:00',
    durationSeconds: 4 * 3600,
    except: [],
    ...about,
  };
}

/** `2026-11-24T22:00Z+4h`, one for each opening. */
function seen(window: MaintenanceWindow, from: string, to: string): readonly string[] {
  return openingsOf(window, Date.parse(from), Date.parse(to)).map(({ opensAt, closesAt }) => {
    const begin = new Date(opensAt).toISOString().slice(0, 16);
    return `${begin}Z+${(closesAt - opensAt) / 3_600_000}h`;
  });
}

const DAILY: WindowRule = { kind: 'daily', every: 1 };

describe('on which dates a window opens', () => {
  test.each<[string, WindowRule, string | undefined, readonly string[]]>([
    [
      'each of its days of the week',
      { kind: 'weekly', days: ['tue', 'thu'], every: 1 },
      undefined,
      ['11-24', '11-26', '12-01', '12-03', '12-08', '12-10', '12-15', '12-17'],
    ],
    [
      'every second week, counted by weeks from Monday from the start date on',
      { kind: 'weekly', days: ['mon', 'sun'], every: 2 },
      '2026-11-26',
      ['11-29', '12-07', '12-13'],
    ],
    [
      'every third day from the start date on',
      { kind: 'daily', every: 3 },
      '2026-12-10',
      ['12-10', '12-13', '12-16', '12-19'],
    ],
    ['a day of the month', { kind: 'day-of-month', day: 15, every: 1 }, undefined, ['12-15']],
    [
      'the first Monday',
      { kind: 'weekday-of-month', week: 'first', day: 'mon', every: 1 },
      undefined,
      ['12-07'],
    ],
    [
      'the third Sunday',
      { kind: 'weekday-of-month', week: 'third', day: 'sun', every: 1 },
      undefined,
      [],
    ],
    [
      'the last Sunday',
      { kind: 'weekday-of-month', week: 'last', day: 'sun', every: 1 },
      undefined,
      ['11-29'],
    ],
  ])('%s', (_what, rule, startDate, dates) => {
    const window = windowOf(rule, startDate === undefined ? {} : { startDate });
    const found = seen(window, '2026-11-23T00:00:00Z', '2026-12-20T00:00:00Z');
    expect(found.map((each) => each.slice(5, 10))).toEqual(dates);
  });

  test('a month that is too short for its day has no opening', () => {
    const window = windowOf({ kind: 'day-of-month', day: 31, every: 1 });
    const found = seen(window, '2026-01-02T00:00:00Z', '2026-12-31T00:00:00Z');
    const months = found.map((each) => each.slice(5, 7));
    expect(months).toEqual(['01', '03', '05', '07', '08', '10']);
  });

  test('29 February is in leap years alone, and is found years ahead', () => {
    const window = windowOf(
      { kind: 'day-of-month', day: 29, every: 12 },
      { startDate: '2024-02-29' },
    );
    const next = nextOpening(window, Date.parse('2024-03-01T12:00:00Z'));
    expect(new Date(next?.opensAt ?? 0).toISOString()).toBe('2028-02-29T22:00:00.000Z');
  });

  test('every second month is counted from the month of the start date', () => {
    const window = windowOf(
      { kind: 'weekday-of-month', week: 'last', day: 'fri', every: 2 },
      { startDate: '2026-02-10' },
    );
    const found = seen(window, '2026-01-01T00:00:00Z', '2026-09-01T00:00:00Z');
    expect(found.map((each) => each.slice(5, 10))).toEqual(['02-27', '04-24', '06-26', '08-28']);
  });

  test('an opening of which a part is asked for is given whole', () => {
    expect(seen(windowOf(DAILY), '2026-11-24T01:00:00Z', '2026-11-24T02:30:00Z')).toEqual([
      '2026-11-23T22:00Z+4h',
    ]);
    expect(seen(windowOf(DAILY), '2026-11-24T02:00:00Z', '2026-11-24T22:00:00Z')).toEqual([]);
  });
});

describe('excepted dates', () => {
  test('have no opening, and end one that reaches into them', () => {
    const window = windowOf(DAILY, { except: [{ from: '2026-12-24', to: '2026-12-25' }] });
    expect(seen(window, '2026-12-22T12:00:00Z', '2026-12-28T00:00:00Z')).toEqual([
      '2026-12-22T22:00Z+4h',
      '2026-12-23T22:00Z+2h',
      '2026-12-26T22:00Z+4h',
      '2026-12-27T22:00Z+4h',
    ]);
  });

  test('begin at midnight of the zone', () => {
    const window = windowOf(DAILY, {
      timeZone: 'Asia/Tokyo',
      except: [{ from: '2026-12-24', to: '2026-12-24' }],
    });
    expect(seen(window, '2026-12-23T10:00:00Z', '2026-12-24T12:00:00Z')).toEqual([
      '2026-12-23T13:00Z+2h',
    ]);
  });
});

describe('where the clocks change', () => {
  const BERLIN = { timeZone: 'Europe/Berlin' };

  test.each([
    [
      'a start in the gap is the first instant after it',
      '02:30',
      '2027-03-28',
      '2027-03-28T01:00Z+4h',
    ],
    ['a start at the end of the gap is the same', '03:00', '2027-03-28', '2027-03-28T01:00Z+4h'],
    [
      'a start that occurs twice is the first of both',
      '02:30',
      '2026-10-25',
      '2026-10-25T00:30Z+4h',
    ],
  ])('%s', (_what, start, date, opening) => {
    const window = windowOf(DAILY, { ...BERLIN, start });
    const found = seen(window, `${date}T00:00:00Z`, `${date}T12:00:00Z`);
    expect(found).toEqual([opening]);
  });

  test.each([
    ['forward', '2027-03-27T12:00:00Z', '2027-03-27T21:00Z+8h'],
    ['back', '2026-10-24T12:00:00Z', '2026-10-24T20:00Z+8h'],
  ])('an opening across the night in which they go %s is as long as any', (_how, from, opening) => {
    const window = windowOf(DAILY, { ...BERLIN, durationSeconds: 8 * 3600 });
    const to = new Date(Date.parse(from) + 24 * 3_600_000).toISOString();
    expect(seen(window, from, to)).toEqual([opening]);
  });

  test('a gap of a whole day has no midnight of its own: Samoa skipped 30 December 2011', () => {
    const window = windowOf(DAILY, {
      timeZone: 'Pacific/Apia',
      start: '12:00',
      durationSeconds: 60,
    });
    const found = openingsOf(
      window,
      Date.parse('2011-12-29T00:00:00Z'),
      Date.parse('2012-01-01T00:00:00Z'),
    );
    const starts = found.map(({ opensAt }) => new Date(opensAt).toISOString());
    expect(starts).toEqual([
      '2011-12-29T22:00:00.000Z',
      '2011-12-30T10:00:00.000Z',
      '2011-12-30T22:00:00.000Z',
      '2011-12-31T22:00:00.000Z',
    ]);
  });
});
