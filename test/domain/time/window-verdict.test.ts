import { describe, expect, test } from '@jest/globals';
import type { Freeze, MaintenanceWindow } from '../../../src/domain/time/maintenance-window.ts';
import { verdictAt, type WindowQuestion } from '../../../src/domain/time/window-verdict.ts';

const NIGHTS: MaintenanceWindow = {
  name: 'nights',
  timeZone: 'UTC',
  rule: { kind: 'weekly', days: ['tue', 'thu'], every: 1 },
  start: '22:00',
  durationSeconds: 4 * 3600,
  except: [],
};
const WORDS = 'nights: tue, thu at 22:00 UTC for 4 h';

const freeze = (from: string, to: string): Freeze => ({
  name: 'sale',
  from: Date.parse(from),
  to: Date.parse(to),
  reason: 'no changes',
  by: 'ana',
});

/** 2026-11-24 is a Tuesday. */
function at(instant: string, about: Partial<WindowQuestion> = {}) {
  return verdictAt({ windows: [NIGHTS], freezes: [], instant: Date.parse(instant), ...about });
}

describe('whether a mesh may be changed', () => {
  test.each([
    ['2026-11-24T22:00:00Z', '2026-11-25T02:00:00.000Z'],
    ['2026-11-25T01:59:59Z', '2026-11-25T02:00:00.000Z'],
  ])('within an opening it may, until its end: %s', (instant, until) => {
    expect(at(instant)).toEqual({ kind: 'open', until });
  });

  test.each([
    ['2026-11-24T21:59:59Z', '2026-11-24T22:00:00.000Z'],
    ['2026-11-25T02:00:00Z', '2026-11-26T22:00:00.000Z'],
  ])('outside of all it may not, until the next: %s', (instant, opensAt) => {
    const because = `no window is open (${WORDS})`;
    expect(at(instant)).toEqual({ kind: 'closed', because, opensAt });
  });

  test('any of several windows is enough, and what they share counts once', () => {
    const later = { ...NIGHTS, name: 'later', start: '23:00' };
    const windows = [NIGHTS, later];
    expect(at('2026-11-24T22:30:00Z', { windows })).toEqual({
      kind: 'open',
      until: '2026-11-25T03:00:00.000Z',
    });
  });

  test('where no window is needed it may at any time', () => {
    expect(at('2026-11-24T12:00:00Z', { windows: [] })).toEqual({ kind: 'open' });
  });

  test('a window that never opens again says so', () => {
    const past = { ...NIGHTS, except: [{ from: '2026-11-01', to: '2999-12-31' }] };
    expect(at('2026-11-24T22:00:00Z', { windows: [past] })).toEqual({
      kind: 'closed',
      because: `no window is open, and never will be (${WORDS})`,
    });
  });
});

describe('a freeze', () => {
  const WHY = 'freeze "sale" by ana until 2026-11-24T23:00:00.000Z: no changes';

  test('wins over an open window, and ends with it still open', () => {
    const freezes = [freeze('2026-11-24T22:30:00Z', '2026-11-24T23:00:00Z')];
    expect(at('2026-11-24T22:30:00Z', { freezes })).toEqual({
      kind: 'closed',
      because: WHY,
      opensAt: '2026-11-24T23:00:00.000Z',
    });
    expect(at('2026-11-24T22:29:59Z', { freezes })).toEqual({
      kind: 'open',
      until: '2026-11-24T22:30:00.000Z',
    });
    expect(at('2026-11-24T23:00:00Z', { freezes })).toMatchObject({ kind: 'open' });
  });

  test('holds where no window is needed', () => {
    const freezes = [freeze('2026-11-24T22:30:00Z', '2026-11-24T23:00:00Z')];
    expect(at('2026-11-24T22:45:00Z', { windows: [], freezes })).toMatchObject({
      kind: 'closed',
      because: WHY,
      opensAt: '2026-11-24T23:00:00.000Z',
    });
  });

  test('moves the next opening where it covers it', () => {
    const freezes = [freeze('2026-11-24T00:00:00Z', '2026-11-25T03:00:00Z')];
    expect(at('2026-11-24T12:00:00Z', { freezes })).toMatchObject({
      opensAt: '2026-11-26T22:00:00.000Z',
    });
  });
});

describe('what takes long', () => {
  const hours = (count: number): number => count * 3600;

  test('is begun where it can end in time, to the second', () => {
    const seconds = hours(3);
    expect(at('2026-11-24T23:00:00Z', { seconds })).toMatchObject({ kind: 'open' });
    expect(at('2026-11-24T23:00:01Z', { seconds })).toEqual({
      kind: 'closed',
      because: `what takes 180 min would not end before 2026-11-25T02:00:00.000Z (${WORDS})`,
      opensAt: '2026-11-26T22:00:00.000Z',
    });
  });

  test('is not begun where a freeze would come before its end', () => {
    const freezes = [freeze('2026-11-24T12:00:00Z', '2026-11-24T14:00:00Z')];
    const question = { windows: [], freezes, seconds: hours(1) };
    expect(at('2026-11-24T11:00:00Z', question)).toMatchObject({ kind: 'open' });
    expect(at('2026-11-24T11:00:01Z', question)).toEqual({
      kind: 'closed',
      because: 'what takes 60 min would not end before the freeze at 2026-11-24T12:00:00.000Z',
      opensAt: '2026-11-24T14:00:00.000Z',
    });
  });

  test('longer than any opening, is begun in the first tenth of one', () => {
    const seconds = hours(9);
    expect(at('2026-11-24T22:24:00Z', { seconds })).toMatchObject({ kind: 'open' });
    expect(at('2026-11-24T22:24:01Z', { seconds })).toMatchObject({
      kind: 'closed',
      opensAt: '2026-11-26T22:00:00.000Z',
    });
  });

  describe('and has room in an opening as it is', () => {
    const seconds = hours(3);
    const freezes = [freeze('2026-11-24T22:20:00Z', '2026-11-24T23:30:00Z')];
    const shortened = [{ ...NIGHTS, except: [{ from: '2026-11-25', to: '2026-11-25' }] }];

    test.each([
      ['before a freeze that cuts it', { freezes }, '2026-11-24T22:00:00Z', '22:20:00.000Z'],
      ['after it', { freezes }, '2026-11-24T23:30:00Z', '2026-11-25T02:00:00.000Z'],
      ['before an excepted date', { windows: shortened }, '2026-11-24T22:00:00Z', 'T00:00:00.000Z'],
    ])('is not begun in what is left of it %s', (_what, about, instant, end) => {
      expect(at('2026-12-01T22:00:00Z', { ...about, seconds })).toMatchObject({ kind: 'open' });
      expect(at(instant, about)).toMatchObject({ kind: 'open' });
      expect(at(instant, { ...about, seconds })).toEqual({
        kind: 'closed',
        because: expect.stringContaining(`would not end before`),
        opensAt: '2026-11-26T22:00:00.000Z',
      });
      expect(at(instant, { ...about, seconds })).toMatchObject({
        because: expect.stringContaining(end),
      });
    });
  });
});
