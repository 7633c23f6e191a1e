import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../kubernetes/client.ts';

/** Sees for itself that the trouble really happened: pods of one proxy version that crash. */
export interface CrashWitness {
  /** Ends the watch and answers how many different pods were seen crashing. */
  readonly stop: () => Promise<number>;
}

export interface CrashingPod {
  readonly metadata: { readonly uid: string };
  readonly status?: {
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly image: string;
      readonly state?: { readonly waiting?: { readonly reason?: string } };
    }[];
  };
}

const POLL_MS = 1_000;

export function watchForCrashes(client: ApiClient, proxyVersion: string): CrashWitness {
  const seen = new Set<string>();
  const stopped = new AbortController();
  const { signal } = stopped;
  const watching = (async () => {
    while (!signal.aborted) {
      try {
        const { items } = await client.get<{ items: readonly CrashingPod[] }>('/api/v1/pods');
        for (const pod of items) if (isCrashing(pod, proxyVersion)) seen.add(pod.metadata.uid);
      } catch {
        // One look that failed; the next one comes soon, and too few looks only ever show too little.
      }
      await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      stopped.abort();
      await watching;
      return seen.size;
    },
  };
}

export function isCrashing({ status }: CrashingPod, proxyVersion: string): boolean {
  return (status?.containerStatuses ?? []).some(
    ({ name, image, state }) =>
      name === 'istio-proxy' &&
      image.endsWith(`:${proxyVersion}`) &&
      state?.waiting?.reason === 'CrashLoopBackOff',
  );
}
