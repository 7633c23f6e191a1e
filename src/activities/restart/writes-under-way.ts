/** Requests at once: as many as a client may have open to one server without queueing there. */
const WRITES_AT_ONCE = 10;

/**
 * What is slow, since the server wants it to come again later, is waited for no longer than this: others
 * move on meanwhile.
 */
const PATIENCE_MS = 250;

/** Writes that are yet to be answered, at most one for each workload. */
export interface WritesUnderWay {
  has(key: string): boolean;
  /** Begins a write, or as soon as there is room for it; nothing where the workload has one already. */
  begin(key: string, write: () => Promise<void>): void;
  /** Returns when all are answered, or after a moment. Throws what the first of them failed with. */
  forAMoment(): Promise<void>;
  /** Returns when all are answered, however. */
  settled(): Promise<void>;
}

export function createWritesUnderWay(): WritesUnderWay {
  const keys = new Set<string>();
  const queue: (() => Promise<void>)[] = [];
  const workers = new Set<Promise<void>>();
  let failure: { readonly reason: unknown } | undefined;

  async function work(): Promise<void> {
    for (let write = queue.shift(); write !== undefined; write = queue.shift()) await write();
  }

  async function settled(): Promise<void> {
    while (workers.size > 0) await Promise.all(workers);
  }

  return {
    has: (key) => keys.has(key),
    begin: (key, write) => {
      if (keys.has(key)) return;
      keys.add(key);
      queue.push(async () => {
        try {
          await write();
        } catch (error) {
          failure ??= { reason: error };
        } finally {
          keys.delete(key);
        }
      });
      if (workers.size >= WRITES_AT_ONCE) return;
      const worker = work().finally(() => workers.delete(worker));
      workers.add(worker);
    },
    forAMoment: async () => {
      await orAfter(PATIENCE_MS, settled());
      if (failure === undefined) return;
      // What was begun is brought to its end before an error leaves: nobody writes after the activity.
      await settled();
      throw failure.reason;
    },
    settled,
  };
}

async function orAfter(ms: number, work: Promise<void>): Promise<void> {
  const moment = Promise.withResolvers<void>();
  const timer = setTimeout(moment.resolve, ms);
  try {
    await Promise.race([work, moment.promise]);
  } finally {
    clearTimeout(timer);
  }
}
