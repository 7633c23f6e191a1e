import { setTimeout as delay } from 'node:timers/promises';
import { KubernetesError } from './kubernetes-error.ts';

/** How long to wait between tries: doubled each time, up to a limit. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

export const BACKOFF: Backoff = { firstMs: 200, longestMs: 5_000 };

/**
 * How long to wait after the given number of failures in a row, in milliseconds. Half of it is
 * chance, so that clients that failed together do not come back together; what the server asked
 * for by Retry-After comes on top, so that nobody comes back earlier than that.
 */
export function pauseAfter(failures: number, error: unknown, backoff: Backoff = BACKOFF): number {
  const { firstMs, longestMs } = backoff;
  const full = Math.min(longestMs, firstMs * 2 ** (failures - 1));
  const asked = error instanceof KubernetesError ? (error.retryAfterSeconds ?? 0) : 0;
  return asked * 1000 + full * (0.5 + Math.random() / 2);
}

/** Waits; rejects with the signal's own reason when that ends it. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
