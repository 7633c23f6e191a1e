import { cancellationSignal } from '@temporalio/activity';
import { setTimeout as delay } from 'node:timers/promises';

/** A look may read thousands of pods: the longer it takes until all is well, the less often. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 8000;

/** Looks until what is seen is enough or the time is over; gives what was seen last. */
export async function lookUntil<T>(
  look: () => Promise<T>,
  isEnough: (seen: T) => boolean,
  seconds: number,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  const signal = cancellationSignal();
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    const seen = await look();
    const leftMs = deadline - Date.now();
    if (isEnough(seen) || leftMs <= 0) return seen;
    // Asked to stop, be it by a shutdown: that is no answer, and another attempt looks again.
    await delay(Math.min(waitMs, leftMs), undefined, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    });
  }
}
