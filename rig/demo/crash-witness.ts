import type { ApiClient } from '../kubernetes/client.ts';
import { startInformer } from '../kubernetes/informer.ts';

/** Sees for itself that the trouble really happened: pods of one proxy version that crash. */
export interface CrashWitness {
  /** Ends the watch and answers how many different pods were seen crashing. */
  readonly stop: () => number;
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

/** By a watch, which misses nothing: the product may have taken everything back within a second. */
export async function watchForCrashes(
  client: ApiClient,
  proxyVersion: string,
): Promise<CrashWitness> {
  const seen = new Set<string>();
  const stopped = new AbortController();
  await startInformer<CrashingPod>({
    client,
    path: '/api/v1/pods',
    signal: stopped.signal,
    onChange: (pod) => {
      if (isCrashing(pod, proxyVersion)) seen.add(pod.metadata.uid);
    },
  });
  return {
    stop() {
      stopped.abort();
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
