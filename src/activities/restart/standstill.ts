/** Tells when nothing has come further for so long that a watch may have missed something. */
export interface Standstill {
  /** To be told at each look how far everything is; whether it is time to list anew. */
  isDue(howFar: string, now: number): boolean;
}

/** Pods that start slowly are no reason to list again and again: each time after twice as long. */
const FIRST_MS = 10_000;
const MOST_MS = 120_000;

export function createStandstill(): Standstill {
  let latest: string | undefined;
  let dueAt = 0;
  let pauseMs = FIRST_MS;
  return {
    isDue: (howFar, now) => {
      if (howFar !== latest) {
        latest = howFar;
        pauseMs = FIRST_MS;
        dueAt = now + pauseMs;
        return false;
      }
      if (now < dueAt) return false;
      pauseMs = Math.min(2 * pauseMs, MOST_MS);
      dueAt = now + pauseMs;
      return true;
    },
  };
}
