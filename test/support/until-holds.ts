import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 10_000;

/** Until an expectation holds; rejects with its last failure. */
export async function untilHolds(expectation: () => void): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return expectation();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await delay(2);
  }
}
