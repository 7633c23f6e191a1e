import { assertNever } from '../assert-never.ts';
import { clockAt, dateOf, dayOf, firstInstant } from '../time/local-time.ts';
import {
  DAYS,
  type DateRange,
  type Day,
  type MaintenanceWindow,
  type Week,
} from '../time/maintenance-window.ts';
import { openingsOf } from '../time/openings.ts';

/** Local times at which a schedule fires; what is absent matches all. Numbers as calendars have them. */
export interface OpeningCalendar {
  readonly hour: number;
  readonly minute: number;
  /** 0: Sunday. */
  readonly weekdays?: readonly number[];
  readonly days?: NumberRange;
  /** 1: January. */
  readonly months?: readonly number[];
  readonly year?: number;
}

export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

/** Whole local days on which it does not fire. */
export interface SkippedDays {
  readonly year: number;
  readonly month: number;
  readonly days: NumberRange;
}

/**
 * When a schedule fires for a window. It may fire more often than the window opens, never less: what
 * calendars cannot say (every other week, 29 February) is looked at when the action runs.
 */
export interface ScheduleTimes {
  /** An IANA name, or an equivalent of a fixed offset. */
  readonly timeZone: string;
  readonly calendars: readonly OpeningCalendar[];
  readonly skip: readonly SkippedDays[];
  /** ms since 1970. */
  readonly startAt?: number;
}

/** When a schedule has to fire for a window, as seen at an instant (ms). */
export function scheduleTimes(window: MaintenanceWindow, now: number): ScheduleTimes {
  const zone = namedZone(window.timeZone);
  if (zone === undefined) return everyDayInUtc(window);
  const { startDate } = window;
  return {
    timeZone: zone,
    calendars: [...regular(window), ...irregular(window, now)],
    skip: skippedDays(window.except, now),
    ...(startDate === undefined ? {} : { startAt: firstInstant(zone, startDate, '00:00') }),
  };
}

/** Temporal takes names only; whole hours have some, of which the sign is the other way round. */
function namedZone(timeZone: string): string | undefined {
  const offset = /^([+-])(\d{2}):?(\d{2})?$/.exec(timeZone);
  if (offset === null) return timeZone;
  const [, sign = '+', hours = '00', minutes = '00'] = offset;
  if (minutes !== '00') return undefined;
  if (hours === '00') return 'UTC';
  const most = sign === '+' ? 14 : 12;
  return Number(hours) > most ? undefined : `Etc/GMT${sign === '+' ? '-' : '+'}${Number(hours)}`;
}

/** Of an offset without a name: at the same time of each day, which in UTC is another one. */
function everyDayInUtc({ timeZone, start }: MaintenanceWindow): ScheduleTimes {
  const at = new Date(firstInstant(timeZone, '2000-01-02', start));
  return {
    timeZone: 'UTC',
    calendars: [{ hour: at.getUTCHours(), minute: at.getUTCMinutes() }],
    skip: [],
  };
}

function regular(window: MaintenanceWindow): readonly OpeningCalendar[] {
  const [hour = 0, minute = 0] = window.start.split(':').map(Number);
  const { rule } = window;
  const at = { hour, minute };
  switch (rule.kind) {
    case 'daily':
      return [at];
    case 'weekly':
      return [{ ...at, weekdays: rule.days.map(weekdayNumber) }];
    case 'day-of-month': {
      const days = { from: rule.day, to: rule.day };
      return [{ ...at, days, ...monthsOf(window, rule.every) }];
    }
    case 'weekday-of-month':
      return weekdaysOfMonth(window, rule).map((each) => ({ ...at, ...each }));
    default:
      return assertNever(rule);
  }
}

function weekdaysOfMonth(
  window: MaintenanceWindow,
  { week, day, every }: { readonly week: Week; readonly day: Day; readonly every: number },
): readonly Omit<OpeningCalendar, 'hour' | 'minute'>[] {
  const weekdays = [weekdayNumber(day)];
  const { months } = monthsOf(window, every);
  if (week !== 'last') {
    const to = 7 * (['first', 'second', 'third', 'fourth'].indexOf(week) + 1);
    return [{ weekdays, days: { from: to - 6, to }, ...(months === undefined ? {} : { months }) }];
  }
  return LAST_WEEKS.flatMap(({ months: of, days }) => {
    const wanted = of.filter((month) => months === undefined || months.includes(month));
    return wanted.length === 0 ? [] : [{ weekdays, days, months: wanted }];
  });
}

/** The last seven days of each month; February's in leap years and in others. */
const LAST_WEEKS = [
  { months: [1, 3, 5, 7, 8, 10, 12], days: { from: 25, to: 31 } },
  { months: [4, 6, 9, 11], days: { from: 24, to: 30 } },
  { months: [2], days: { from: 22, to: 29 } },
] as const;

/** Every so many months from the start date on; absent: all, or what no list of months can say. */
function monthsOf(
  { startDate }: MaintenanceWindow,
  every: number,
): { readonly months?: readonly number[] } {
  if (every === 1 || 12 % every !== 0 || startDate === undefined) return {};
  const first = Number(startDate.slice(5, 7));
  const months = Array.from(
    { length: 12 / every },
    (_, turn) => ((first - 1 + turn * every) % 12) + 1,
  );
  return { months: months.toSorted((a, b) => a - b) };
}

function weekdayNumber(day: Day): number {
  return (DAYS.indexOf(day) + 1) % 7;
}

/** A schedule is made anew before that. */
const FORESEEN_YEARS = 10;

/**
 * Openings whose time of day is skipped as clocks go forward: the window opens right after the gap, and
 * a calendar alone would not fire on that day.
 */
function irregular(window: MaintenanceWindow, now: number): readonly OpeningCalendar[] {
  const to = now + FORESEEN_YEARS * 366 * DAY_MS;
  return openingsOf(window, now, to).flatMap(({ opensAt }) => {
    const { date, time } = clockAt(window.timeZone, opensAt);
    if (time === window.start || opensAt < now) return [];
    const [hour = 0, minute = 0] = time.split(':').map(Number);
    const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
    return [{ hour, minute, year, months: [month], days: { from: day, to: day } }];
  });
}

const DAY_MS = 86_400_000;
/** More than that is left to the look at each opening. */
const MOST_SKIPPED = 100;

function skippedDays(except: readonly DateRange[], now: number): readonly SkippedDays[] {
  const yesterday = dateOf(Math.floor(now / DAY_MS) - 1);
  return except
    .filter(({ to }) => to >= yesterday)
    .flatMap(byMonth)
    .slice(0, MOST_SKIPPED);
}

function byMonth({ from, to }: DateRange): readonly SkippedDays[] {
  const parts: SkippedDays[] = [];
  let day = dayOf(from);
  while (day <= dayOf(to) && parts.length < MOST_SKIPPED) {
    const [year = 0, month = 0, first = 0] = dateOf(day).split('-').map(Number);
    const lastOfMonth = Date.UTC(year, month, 0) / DAY_MS;
    const last = Math.min(lastOfMonth, dayOf(to));
    parts.push({ year, month, days: { from: first, to: first + last - day } });
    day = last + 1;
  }
  return parts;
}
