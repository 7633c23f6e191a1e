import type { Opening } from '../time/maintenance-window.ts';

/** What a schedule has done, in ms since 1970. */
export interface ScheduleHistory {
  /** When the schedule was made. */
  readonly createdAt: number;
  /** For when each of its newest actions was planned, in any order. */
  readonly actions: readonly number[];
}

/** Temporal remembers that many actions of a schedule. */
const REMEMBERED_ACTIONS = 10;

/** From when on all actions of a schedule are known; with `self`, from the action before that one. */
export function knownSince({ createdAt, actions }: ScheduleHistory, self?: number): number {
  if (self !== undefined) {
    const earlier = actions.filter((at) => at < self);
    return earlier.length === 0 ? Math.min(createdAt, self) : Math.max(...earlier);
  }
  return actions.length < REMEMBERED_ACTIONS ? createdAt : Math.min(...actions);
}

export interface MissedQuestion {
  readonly since: number;
  readonly until: number;
  /** Actions that count as something done. */
  readonly actions: readonly number[];
  readonly now: number;
}

/**
 * The openings that began after `since` and until `until`, are over, and in which the schedule did nothing: it was paused,
 * Temporal was away for longer than the schedule catches up, an earlier action was still open, or the
 * action came too late.
 */
export function missedOpenings(
  openings: readonly Opening[],
  { since, until, actions, now }: MissedQuestion,
): readonly Opening[] {
  return openings.filter(
    ({ opensAt, closesAt }) =>
      opensAt > since &&
      opensAt <= until &&
      closesAt <= now &&
      !actions.some((at) => opensAt <= at && at < closesAt),
  );
}
