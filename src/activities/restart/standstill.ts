/** Tells what has not come further for so long that a watch may have missed an event. */
export interface Standstill {
  /**
   * To be told at each look, with how many changes watches have missed; the keys of
   * those that are to be listed anew.
   */
  ofAll(parts: StandstillParts, look: { now: number; missed: number }): readonly string[];
}

/** By a key of its own. */
export type StandstillParts = ReadonlyMap<string, StandstillPart>;

export interface StandstillPart {
  readonly howFar: string;
  /** Nothing that is seen of it is older (ms). */
  readonly certainAt: number;
}

const FIRST_MS = 10_000;
/** After a list that showed what a watch had missed: more may be missing. */
const DOUBTFUL_MS = 4_000;
const MOST_MS = 120_000;

/**
 * Each part is waited for by itself: one that stands still is not hidden by others that go on. Pods
 * that start slowly are no reason to list again and again: a list that showed nothing missing makes the
 * next wait twice as long, for all of them.
 */
export function createStandstill(): Standstill {
  const known = new Map<string, { readonly howFar: string; readonly since: number }>();
  let pauseMs = FIRST_MS;
  let askedAt = Number.NEGATIVE_INFINITY;
  /** Those for which lists were asked that have not all come yet, and what was missed until then. */
  let doubted: { readonly keys: readonly string[]; readonly missed: number } | undefined;

  function note(parts: StandstillParts, now: number): void {
    for (const key of known.keys()) if (!parts.has(key)) known.delete(key);
    for (const [key, { howFar }] of parts) {
      if (known.get(key)?.howFar !== howFar) known.set(key, { howFar, since: now });
    }
  }

  return {
    ofAll: (parts, { now, missed }) => {
      note(parts, now);
      const isAnswered = (key: string): boolean => (parts.get(key)?.certainAt ?? now) >= askedAt;
      // What a watch is merely late with, it has told by then.
      const isTold = now - askedAt >= DOUBTFUL_MS;
      if (isTold && doubted?.keys.every(isAnswered) === true) {
        pauseMs = missed > doubted.missed ? DOUBTFUL_MS : Math.min(2 * pauseMs, MOST_MS);
        doubted = undefined;
      }
      const still = [...known].filter(([, { since }]) => now - Math.max(since, askedAt) >= pauseMs);
      if (still.length === 0) return [];
      askedAt = now;
      const keys = still.map(([key]) => key);
      doubted = { keys, missed };
      return keys;
    },
  };
}
