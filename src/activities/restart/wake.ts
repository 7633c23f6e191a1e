import { setTimeout as delay } from 'node:timers/promises';

/** Waiting that ends early when something changed. */
export interface Wake {
  /** Something changed: the wait under way, or the next one, is short. */
  now(): void;
  /** Resolves after this long at most; at once when `stop` is, or was, aborted. */
  wait(ms: number): Promise<void>;
}

/** What comes within this time is looked at together: a rollout is a burst of events. */
const TOGETHER_MS = 100;

export function createWake(stop: AbortSignal): Wake {
  let changed = false;
  let cut: AbortController | undefined;
  let timer: NodeJS.Timeout | undefined;
  function cutSoon(controller: AbortController): void {
    timer ??= setTimeout(() => controller.abort(), TOGETHER_MS);
  }
  return {
    now: () => {
      changed = true;
      if (cut !== undefined) cutSoon(cut);
    },
    wait: async (ms) => {
      if (stop.aborted) return;
      const own = new AbortController();
      cut = own;
      if (changed) cutSoon(own);
      try {
        await delay(ms, undefined, { signal: AbortSignal.any([stop, own.signal]) });
      } catch (error) {
        if (!stop.aborted && !own.signal.aborted) throw error;
      } finally {
        clearTimeout(timer);
        timer = undefined;
        cut = undefined;
        changed = false;
      }
    },
  };
}
