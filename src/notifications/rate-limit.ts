export interface RateLimit {
  /** Takes a place and answers 0, or says for how many seconds there will be none. */
  take(name: string, nowMs: number): number;
}

const MINUTE_MS = 60_000;

/** At most so many in any minute, for each name by itself. */
export function createRateLimit(perMinute: number): RateLimit {
  const taken = new Map<string, readonly number[]>();
  return {
    take: (name, nowMs) => {
      const recent = (taken.get(name) ?? []).filter((each) => each > nowMs - MINUTE_MS);
      const oldest = recent[recent.length - perMinute];
      if (oldest === undefined) recent.push(nowMs);
      taken.set(name, recent);
      return oldest === undefined ? 0 : Math.max(1, Math.ceil((oldest + MINUTE_MS - nowMs) / 1000));
    },
  };
}
