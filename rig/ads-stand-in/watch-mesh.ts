import type { V1Pod } from '@kubernetes/client-node';
import { ApiClient } from '../kubernetes/client.ts';
import { startInformer } from '../kubernetes/informer.ts';
import { createStreams } from './ads-stream.ts';
import { findIstiods, isIstiod, type PortForward } from './istiods.ts';
import { loadMessages } from './messages.ts';
import { describeProxy, proxyStateOf } from './proxy.ts';
import { StandIns, type StandInCounts } from './stand-ins.ts';

export interface StandInProxies {
  counts(): StandInCounts;
  /** Keeps the proxies of these workloads, each as `namespace/name`, disconnected. */
  holdBack(workloads: readonly string[]): void;
  close(): void;
}

export interface StandInProxiesOptions {
  readonly kubeconfig: string;
  /** For each istiod; more than it takes are refused. */
  readonly newStreamsPerSecond?: number;
  readonly log: (line: string) => void;
}

/** What an istiod on one processor takes (15 + 5 for each). */
export const NEW_STREAMS_PER_SECOND = 20;

/** Follows the pods of a rig and connects for each that has a proxy; resolves once all pods were seen. */
export async function openStandInProxies(options: StandInProxiesOptions): Promise<StandInProxies> {
  const { kubeconfig, newStreamsPerSecond = NEW_STREAMS_PER_SECOND, log } = options;
  const client = await ApiClient.fromKubeconfig(kubeconfig);
  const streams = createStreams(loadMessages());
  const standIns = new StandIns({ open: streams.open, newStreamsPerSecond, log });
  const ended = new AbortController();
  const istiods = new Map<string, V1Pod>();
  const forwards = new Map<string, PortForward>();
  const openAdmission = (): void =>
    standIns.istiodsAre(findIstiods([...istiods.values()], [...forwards.values()]));
  const common = {
    client,
    signal: ended.signal,
    onError: (error: unknown) => log(`watch: ${String(error)}`),
  };
  await startInformer<PortForward>({
    ...common,
    path: '/apis/kwok.x-k8s.io/v1alpha1/portforwards',
    onChange(forward) {
      forwards.set(forward.metadata.uid ?? '', forward);
      openAdmission();
    },
    onDelete({ metadata }) {
      forwards.delete(metadata.uid ?? '');
      openAdmission();
    },
  });
  await startInformer<V1Pod>({
    ...common,
    path: '/api/v1/pods',
    keep: withIdentityOnly,
    onChange(pod) {
      if (isIstiod(pod)) {
        istiods.set(pod.metadata?.uid ?? '', pod);
        openAdmission();
        return;
      }
      const proxy = describeProxy(pod);
      if (proxy !== undefined) standIns.observe(proxy, proxyStateOf(pod));
    },
    onDelete({ metadata }) {
      const uid = metadata?.uid ?? '';
      standIns.forget(uid);
      if (istiods.delete(uid)) openAdmission();
    },
  });
  return {
    counts: () => standIns.counts(),
    holdBack: (workloads) => standIns.holdBack(workloads),
    close() {
      ended.abort();
      standIns.close();
      streams.close();
      client.close();
    },
  };
}

/** Thousands of pods are followed, and all that is needed of them is taken at once. */
function withIdentityOnly({ metadata }: V1Pod): V1Pod {
  const { uid, resourceVersion } = metadata ?? {};
  return { metadata: { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) } };
}
