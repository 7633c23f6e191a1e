import { Temporal } from 'temporal-polyfill';

const DAY_MS = 86_400_000;

/** Days since 1970-01-01 of a date `YYYY-MM-DD`. */
export function dayOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY_MS;
}

/** The UTC date of an instant (ms), as days since 1970-01-01: a local date is at most one off. */
export function utcDayOf(instant: number): number {
  return Math.floor(instant / DAY_MS);
}

/** `YYYY-MM-DD` of a day. */
export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The instant (ms) that an ISO 8601 text with `Z` or an offset names; a local time names none. */
export function readInstant(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Whether it is a zone that this machine knows. */
export function isTimeZone(name: string): boolean {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * The instant (ms) at which a local clock shows a time of a date. A time that occurs twice, as clocks go
 * back, is its first occurrence; one that never occurs, as clocks go forward, is the first instant after
 * the gap.
 */
export function firstInstant(timeZone: string, date: string, time: string): number {
  return resolve(timeZone, `${date}T${time}`, 'first');
}

/** The same, but for a time that occurs twice its last occurrence. */
export function lastInstant(timeZone: string, date: string, time: string): number {
  return resolve(timeZone, `${date}T${time}`, 'last');
}

/** What a local clock shows at an instant (ms): a date `YYYY-MM-DD` and a time `HH:MM`. */
export function clockAt(
  timeZone: string,
  instant: number,
): { readonly date: string; readonly time: string } {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone);
  const [date = '', time = ''] = local.toPlainDateTime().toString().split('T');
  return { date, time: time.slice(0, 5) };
}

function resolve(timeZone: string, local: string, which: 'first' | 'last'): number {
  const wanted = Temporal.PlainDateTime.from(local);
  const first = wanted.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  if (!first.toPlainDateTime().equals(wanted)) {
    // In a gap `earlier` is as long before it as the gap is: what follows next is the gap itself.
    return (first.getTimeZoneTransition('next') ?? first).epochMilliseconds;
  }
  if (which === 'first') return first.epochMilliseconds;
  return wanted.toZonedDateTime(timeZone, { disambiguation: 'later' }).epochMilliseconds;
}
