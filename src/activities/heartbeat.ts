import { heartbeat } from '@temporalio/activity';

/** Keeps an activity alive and reachable for cancellation, and carries its latest checkpoint. */
export interface Heart {
  /** Sends details now, and again with every beat until there are newer ones. */
  beat(details: unknown): void;
  stop(): void;
}

/** Well below the shortest heartbeat timeout, and often enough that a pause is felt at once. */
const INTERVAL_MS = 250;

/** A beat without details would erase the checkpoint of the one before; this one repeats it. */
export function startHeart(initial: unknown): Heart {
  let latest = initial;
  const timer = setInterval(() => heartbeat(latest), INTERVAL_MS);
  return {
    beat: (details) => {
      latest = details;
      heartbeat(details);
    },
    stop: () => clearInterval(timer),
  };
}
