import { setTimeout as delay } from 'node:timers/promises';

/** Thrown by a question to which no answer can come any more. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

export interface Patience {
  /** What is waited for, for the message when it does not come. */
  readonly what: string;
  readonly withinMs?: number;
  readonly everyMs?: number;
}

/** Asks until there is an answer; `undefined` and `false` are none. Rejects with the last error or view. */
export async function eventually<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { what, withinMs = 90_000, everyMs = 200 }: Patience,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    let problem: unknown;
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      if (error instanceof GivenUp) throw error;
      problem = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`not within ${withinMs} ms: ${what}`, { cause: problem });
    }
    await delay(everyMs);
  }
}

/** Looks for as long as given at something that must not come. */
export async function neverWithin(ms: number, looksLike: () => boolean): Promise<void> {
  const deadline = Date.now() + ms;
  while (Date.now() < deadline) {
    if (looksLike())
      throw new Error(`within ${ms} ms came what must not come: ${String(looksLike)}`);
    await delay(100);
  }
}
