/** Does the work for each item, at most so many at a time; stops at the first failure or the signal. */
export async function inParallel<T>(
  items: readonly T[],
  { limit, signal }: { readonly limit: number; readonly signal?: AbortSignal },
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = items.values();
  let isBroken = false;
  async function takeTurns(): Promise<void> {
    for (const item of queue) {
      if (isBroken) return;
      signal?.throwIfAborted();
      try {
        await work(item);
      } catch (error) {
        isBroken = true;
        throw error;
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, takeTurns));
}
