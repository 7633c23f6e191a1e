/** Tells when something has not come further for so long that a watch may have missed an event. */
export interface Standstill {
  /**
   * To be told at each look how far each part is, by a key of its own, and that nothing of the look is
   * older than `certainAt` (ms); whether it is time to list anew.
   */
  isDue(howFar: ReadonlyMap<string, string>, look: { now: number; certainAt: number }): boolean;
}

const FIRST_MS = 10_000;
/** After a list that showed what no event had told: more may be missing. */
const DOUBTFUL_MS = 4_000;
const MOST_MS = 120_000;

/**
 * Each part is waited for by itself: one that stands still is not hidden by others that go on. Pods
 * that start slowly are no reason to list again and again: a list that showed nothing new makes the next
 * wait twice as long, for all of them.
 */
export function createStandstill(): Standstill {
  const parts = new Map<string, { readonly at: string; readonly since: number }>();
  let pauseMs = FIRST_MS;
  let listedAt = Number.NEGATIVE_INFINITY;
  /** What stood still when a list was asked for that has not come yet. */
  let doubted: ReadonlyMap<string, string> | undefined;

  function note(howFar: ReadonlyMap<string, string>, now: number): void {
    for (const key of parts.keys()) if (!howFar.has(key)) parts.delete(key);
    for (const [key, at] of howFar) {
      if (parts.get(key)?.at !== at) parts.set(key, { at, since: now });
    }
  }

  function learn(doubts: ReadonlyMap<string, string>): void {
    const showedMore = [...doubts].some(([key, at]) => parts.get(key)?.at !== at);
    pauseMs = showedMore ? DOUBTFUL_MS : Math.min(2 * pauseMs, MOST_MS);
    doubted = undefined;
  }

  return {
    isDue: (howFar, { now, certainAt }) => {
      note(howFar, now);
      if (doubted !== undefined && certainAt >= listedAt) learn(doubted);
      const still = [...parts].filter(
        ([, { since }]) => now - Math.max(since, listedAt) >= pauseMs,
      );
      if (still.length === 0) return false;
      listedAt = now;
      doubted = new Map(still.map(([key, { at }]) => [key, at]));
      return true;
    },
  };
}
