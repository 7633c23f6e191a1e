import type { V1Pod } from '@kubernetes/client-node';
import type { BackendRegistry } from '../kubernetes/backends.ts';
import type { ApiClient } from '../kubernetes/client.ts';
import { startInformer } from '../kubernetes/informer.ts';
import type { ClusterOptions, PartStatus } from '../kubernetes/types.ts';
import { IstiodPod, type IstiodPodContext } from './istiod-pod.ts';
import { STARTING_MESH } from './starting-mesh.ts';
import type { TroubleWatch } from './trouble-watch.ts';

export interface ProcessKubelet {
  status(): PartStatus[];
  stop(): Promise<void>;
}

export interface ProcessKubeletOptions {
  readonly cluster: ClusterOptions;
  readonly client: ApiClient;
  readonly apiServer: string;
  readonly caPem: string;
  readonly backends: BackendRegistry;
  readonly troubles: TroubleWatch;
  readonly signal: AbortSignal;
}

const ISTIOD_PODS = '/api/v1/pods?labelSelector=app%3Distiod';

/** Plays the kubelet for pods of istiod: one real process for each, which lives and dies with its pod. */
export async function startProcessKubelet(options: ProcessKubeletOptions): Promise<ProcessKubelet> {
  const { cluster, backends } = options;
  const pods = new Map<string, IstiodPod>();
  const slots = new Slots();

  const context: IstiodPodContext = {
    ...options,
    slots,
    mayBecomeReady: (version) =>
      version === STARTING_MESH.version || !options.troubles.isOn('new-istiod-not-ready'),
  };

  function observe(pod: V1Pod): void {
    const uid = pod.metadata?.uid ?? '';
    const known = pods.get(uid);
    if (pod.metadata?.deletionTimestamp !== undefined) {
      void retire(uid);
    } else if (known !== undefined) {
      known.observe(pod);
    } else if (pod.status?.podIP !== undefined) {
      const started = new IstiodPod(pod, context);
      pods.set(uid, started);
      backends.add(started);
      started.run();
    }
  }

  async function retire(uid: string): Promise<void> {
    const pod = pods.get(uid);
    if (pod === undefined) return;
    pods.delete(uid);
    backends.remove(pod);
    await pod.stop();
  }

  await startInformer<V1Pod>({
    client: options.client,
    path: ISTIOD_PODS,
    signal: options.signal,
    onChange: observe,
    onDelete: (pod) => void retire(pod.metadata?.uid ?? ''),
    onError: (error) => cluster.log(`process kubelet: ${String(error)}`),
  });

  return {
    status: () => [...pods.values()].map((pod) => pod.status()),
    async stop() {
      await Promise.all([...pods.keys()].map(retire));
    },
  };
}

/** Small numbers for running istiods, so that ports are used again instead of used up. */
export class Slots {
  readonly #taken = new Set<number>();

  take(): number {
    let slot = 0;
    while (this.#taken.has(slot)) slot += 1;
    this.#taken.add(slot);
    return slot;
  }

  release(slot: number): void {
    this.#taken.delete(slot);
  }
}
