import { ApplicationFailure } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import type { FailureType } from '../../domain/failure-type.ts';
import type { ClosedWindow, WindowVerdict } from '../../domain/time/maintenance-window.ts';
import { judge, readTimes, type TimeSource } from './read-verdict.ts';
import type { WindowNeed } from './window-need.ts';

/** A freeze that is taken away is felt within this time. */
const LONGEST_WAIT_SECONDS = 60;

/** Whether the mesh may be changed now. */
export async function checkWindow(source: TimeSource, need: WindowNeed): Promise<WindowVerdict> {
  return judge(await readTimes(source), need, 0);
}

/**
 * Returns once the answer is another than was seen: the mesh may be changed, or it may not for another
 * reason. Its own retries are the polling, so that a wait of weeks costs a handful of history events;
 * what is waited for stands in Temporal as the last failure.
 */
export async function awaitWindow(
  source: TimeSource,
  need: WindowNeed,
  seen: ClosedWindow,
): Promise<WindowVerdict> {
  const times = await readTimes(source);
  const verdict = judge(times, need, 0);
  if (verdict.kind === 'open' || !isSame(verdict, seen)) return verdict;
  const type: FailureType = 'StillWatching';
  throw ApplicationFailure.create({
    type,
    message: describeClosed(verdict),
    nextRetryDelay: `${secondsToWait(verdict, times.kind === 'known' ? times.at : undefined)} seconds`,
    category: ApplicationFailureCategory.BENIGN,
  });
}

function isSame(one: ClosedWindow, other: ClosedWindow): boolean {
  return one.because === other.because && one.opensAt === other.opensAt;
}

function describeClosed({ because, opensAt }: ClosedWindow): string {
  return opensAt === undefined ? because : `${because}; opens at ${opensAt}`;
}

/** Counted by the server's clock, whatever that of the worker or of Temporal says. */
function secondsToWait({ opensAt }: ClosedWindow, now: number | undefined): number {
  if (opensAt === undefined || now === undefined) return LONGEST_WAIT_SECONDS;
  const left = Math.ceil((Date.parse(opensAt) - now) / 1000);
  return Math.min(LONGEST_WAIT_SECONDS, Math.max(1, left));
}
