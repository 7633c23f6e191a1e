import { assertNever } from '../assert-never.ts';
import { dateOf, dayOf, firstInstant, utcDayOf } from './local-time.ts';
import { DAYS, WEEKS, type MaintenanceWindow, type Opening } from './maintenance-window.ts';

/** Every opening of a window of which a part is between two instants (ms), in order. */
export function openingsOf(
  window: MaintenanceWindow,
  from: number,
  to: number,
): readonly Opening[] {
  const first = utcDayOf(from - window.durationSeconds * 1000) - 2;
  const openings: Opening[] = [];
  for (let day = first; day <= utcDayOf(to) + 2; day += 1) {
    if (!opensOn(window, day)) continue;
    const opening = openingOn(window, day);
    if (opening.opensAt < to && opening.closesAt > from && opening.closesAt > opening.opensAt) {
      openings.push(opening);
    }
  }
  return openings;
}

/** The first opening that begins after an instant (ms), within about nine years: 29 February is rare. */
export function nextOpening(window: MaintenanceWindow, after: number): Opening | undefined {
  for (const days of HORIZONS_DAYS) {
    const found = openingsOf(window, after, after + days * DAY_MS).find(
      ({ opensAt }) => opensAt > after,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

const DAY_MS = 86_400_000;
/** Years that can be divided by 100 have no 29 February, so that two of them may be eight years apart. */
export const HORIZONS_DAYS = [40, 400, 3300] as const;

function opensOn(window: MaintenanceWindow, day: number): boolean {
  const { startDate, rule } = window;
  const anchor = startDate === undefined ? undefined : dayOf(startDate);
  if (anchor !== undefined && day < anchor) return false;
  if (isExcepted(window, day)) return false;
  const isTurn = (count: (each: number) => number): boolean =>
    anchor === undefined || (count(day) - count(anchor)) % rule.every === 0;
  switch (rule.kind) {
    case 'daily':
      return isTurn((each) => each);
    case 'weekly':
      return rule.days.includes(weekdayOf(day)) && isTurn(weekOf);
    case 'day-of-month':
      return calendar(day).getUTCDate() === rule.day && isTurn(monthOf);
    case 'weekday-of-month':
      return rule.day === weekdayOf(day) && isInWeek(day, rule.week) && isTurn(monthOf);
    default:
      return assertNever(rule);
  }
}

/** The opening that begins on a local date; an excepted date ends one that reaches into it. */
function openingOn(window: MaintenanceWindow, day: number): Opening {
  const { timeZone, start, durationSeconds } = window;
  const opensAt = firstInstant(timeZone, dateOf(day), start);
  const closesAt = opensAt + durationSeconds * 1000;
  for (let next = day + 1; window.except.length > 0 && next <= utcDayOf(closesAt) + 1; next += 1) {
    if (!isExcepted(window, next)) continue;
    const midnight = firstInstant(timeZone, dateOf(next), '00:00');
    return { opensAt, closesAt: Math.min(closesAt, midnight) };
  }
  return { opensAt, closesAt };
}

function isExcepted({ except }: MaintenanceWindow, day: number): boolean {
  if (except.length === 0) return false;
  const date = dateOf(day);
  return except.some(({ from, to }) => from <= date && date <= to);
}

function calendar(day: number): Date {
  return new Date(day * DAY_MS);
}

function weekdayOf(day: number): (typeof DAYS)[number] {
  // 1970-01-01 was a Thursday.
  return DAYS[(((day + 3) % 7) + 7) % 7] ?? 'mon';
}

function weekOf(day: number): number {
  return Math.floor((day + 3) / 7);
}

function monthOf(day: number): number {
  const date = calendar(day);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function isInWeek(day: number, week: (typeof WEEKS)[number]): boolean {
  if (week === 'last') return monthOf(day + 7) !== monthOf(day);
  return Math.ceil(calendar(day).getUTCDate() / 7) === WEEKS.indexOf(week) + 1;
}
