import { getClient } from '@temporalio/activity';
import { readSchedule } from '../../clients/temporal-schedules.ts';
import type { Config } from '../../config/config.ts';
import { knownSince, missedOpenings } from '../../domain/standing-policy/missed-openings.ts';
import { openingsOf } from '../../domain/time/openings.ts';
import { windowOf } from './read-maintenance.ts';

export interface MissedQuestion {
  readonly window: string;
  readonly schedule: string;
  /** For when the schedule had planned the action that asks. */
  readonly scheduledAt: string;
}

/**
 * When openings began that have gone by since the schedule's last action before this one, oldest
 * first. A schedule that has been deleted meanwhile has missed nothing that anybody wants to know.
 */
export async function findMissed(
  config: Config,
  { window, schedule, scheduledAt }: MissedQuestion,
): Promise<readonly string[]> {
  const kept = await readSchedule(getClient(), schedule);
  if (kept === undefined) return [];
  const actions = kept.actions.map((action) => action.scheduledAt);
  const until = Date.parse(scheduledAt);
  const since = knownSince({ createdAt: kept.createdAt, actions }, until);
  const openings = openingsOf(windowOf(config, window), since, until + 1);
  return missedOpenings(openings, { since, until, actions: [], now: Date.now() }).map(
    ({ opensAt }) => new Date(opensAt).toISOString(),
  );
}
