/** Counts new pods as they become ready, so that the window can be held to a pace. */
export interface ReadyMeter {
  /** How many became ready within the last seconds before `now` (ms). */
  within(seconds: number, now: number): number;
  /** The pods that are ready with the new proxy now, by uid. */
  see(ready: Iterable<string>, now: number): void;
}

/** Longest span that is asked for. */
const KEEP_MS = 60_000;

/** `already` were ready before the count began. */
export function createReadyMeter(already: Iterable<string>): ReadyMeter {
  const seen = new Set(already);
  let moments: number[] = [];
  return {
    within: (seconds, now) => moments.filter((each) => each > now - seconds * 1000).length,
    see: (ready, now) => {
      moments = moments.filter((each) => each > now - KEEP_MS);
      for (const uid of ready) {
        if (seen.has(uid)) continue;
        seen.add(uid);
        moments.push(now);
      }
    },
  };
}
