import type { MaintenanceWindow } from '../time/maintenance-window.ts';
import { nextOpening, openingsOf } from '../time/openings.ts';

const DAY_MS = 86_400_000;
/** A year and a little: every rule by weeks and months has shown its longest pause by then. */
const HORIZON_DAYS = 400;

/** The longest time in days from one opening to the next within a year; Infinity when it opens no more. */
export function longestGapDays(window: MaintenanceWindow, now: number): number {
  const starts = openingsOf(window, now, now + HORIZON_DAYS * DAY_MS).map(({ opensAt }) => opensAt);
  const next = nextOpening(window, starts.at(-1) ?? now)?.opensAt ?? Number.POSITIVE_INFINITY;
  const all = [now, ...starts, next];
  const gaps = all.slice(1).map((each, index) => each - (all[index] ?? each));
  return Math.max(...gaps) / DAY_MS;
}
