import { jest } from '@jest/globals';

/** Time in which waiting takes none. */
export interface QuickTime {
  /** How often the code under test waited since `meanwhile` was last called. */
  readonly waits: number;
  /** What others do during each wait from now on; counts the waits anew. A wait that they abort is over at once. */
  meanwhile(work: () => unknown): void;
  /** What they do at present. */
  during(): () => unknown;
}

/** More waits than any test needs: it ends as a failure, not as a hang of all of jest. */
const MOST_WAITS = 2000;

/**
 * Lets every `setTimeout` of `node:timers/promises` pass at once and moves the clock by what it asked
 * for. Takes effect for modules that are imported after it, hence by `await import(…)`: jest's own
 * fake timers leave the promises alone.
 */
export function useQuickTime(): QuickTime {
  let work: () => unknown = () => undefined;
  let waits = 0;
  const setTimeout = async (
    ms: number,
    value?: unknown,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<unknown> => {
    waits += 1;
    if (waits > MOST_WAITS + 1) return new Promise(() => undefined);
    if (waits > MOST_WAITS) throw new Error(`still waiting after ${MOST_WAITS} waits`);
    options.signal?.throwIfAborted();
    await work();
    options.signal?.throwIfAborted();
    jest.setSystemTime(Date.now() + ms);
    return value;
  };
  jest.useFakeTimers({ doNotFake: [...TIMERS] });
  jest.unstable_mockModule('node:timers/promises', () => ({ setTimeout }));
  return {
    get waits() {
      return waits;
    },
    meanwhile: (next) => {
      work = next;
      waits = 0;
    },
    during: () => work,
  };
}

/** All but the date. */
const TIMERS = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;
