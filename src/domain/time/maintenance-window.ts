/** Monday first, as weeks are counted. */
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];

export const WEEKS = ['first', 'second', 'third', 'fourth', 'last'] as const;
export type Week = (typeof WEEKS)[number];

/**
 * On which local dates a window opens. `every` counts days, weeks (from Monday) or months from the
 * window's start date, which is in the first of them.
 */
export type WindowRule =
  | { readonly kind: 'daily'; readonly every: number }
  | { readonly kind: 'weekly'; readonly days: readonly Day[]; readonly every: number }
  /** 1 to 31; a month that is too short for it has no opening. */
  | { readonly kind: 'day-of-month'; readonly day: number; readonly every: number }
  | {
      readonly kind: 'weekday-of-month';
      readonly week: Week;
      readonly day: Day;
      readonly every: number;
    };

/** A time in which a mesh may be changed, again and again. */
export interface MaintenanceWindow {
  readonly name: string;
  /** IANA name such as `Europe/Berlin`, or a fixed offset such as `+02:00`. */
  readonly timeZone: string;
  readonly rule: WindowRule;
  /** Time of day in that zone, `HH:MM`. */
  readonly start: string;
  /** Elapsed time: a change of the clocks makes no opening longer or shorter. */
  readonly durationSeconds: number;
  /** Local dates on which nothing is done, `YYYY-MM-DD`, both ends included. */
  readonly except: readonly DateRange[];
  /** The first local date on which it may open, `YYYY-MM-DD`; there where `every` is more than 1. */
  readonly startDate?: string;
}

export interface DateRange {
  readonly from: string;
  readonly to: string;
}

/** One time for which a window is open, in ms since 1970: the end is no part of it. */
export interface Opening {
  readonly opensAt: number;
  readonly closesAt: number;
}

/** A time in which nothing is changed, whatever the windows say. */
export interface Freeze {
  readonly name: string;
  /** In ms since 1970; the end is no part of it. */
  readonly from: number;
  readonly to: number;
  readonly reason?: string;
  /** Who added it, as they said. */
  readonly by?: string;
}

/** Whether a mesh may be changed now. */
export type WindowVerdict =
  /** Absent `until`: for longer than a month. */
  { readonly kind: 'open'; readonly until?: string } | ClosedWindow;

export interface ClosedWindow {
  readonly kind: 'closed';
  /** One sentence for people; the same as long as nothing changes. */
  readonly because: string;
  /** ISO 8601; absent where nobody can tell. */
  readonly opensAt?: string;
}
