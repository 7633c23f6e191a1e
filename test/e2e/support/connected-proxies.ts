import { isReady } from '../../../rig/kubernetes/readiness.ts';
import type { ApiClient } from '../../../rig/kubernetes/client.ts';
import type { LiveObject } from './projection.ts';

/** A proxy as an istiod itself tells of it. */
export interface ConnectedProxy {
  /** `<pod>.<namespace>`. */
  readonly name: string;
  /** Of the istiod. */
  readonly revision: string;
  readonly version: string;
  /** Clusters, listeners, endpoints and routes: each sent, and acknowledged as it was sent. */
  readonly isSynced: boolean;
}

interface Pod extends LiveObject {
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

interface Forwarded {
  readonly spec: {
    readonly forwards: readonly {
      readonly ports: readonly number[];
      readonly target: { readonly address: string; readonly port: number };
    }[];
  };
}

type Status = Readonly<Record<string, string | undefined>>;

const ISTIOD_HTTP = 8080;
const KINDS = ['cluster', 'listener', 'endpoint', 'route'];

/** What every istiod says at `/debug/syncz`, by name of the proxy; one that is connected twice is there twice. */
export async function connectedProxies(kubernetes: ApiClient): Promise<readonly ConnectedProxy[]> {
  const path = '/api/v1/namespaces/istio-system/pods?labelSelector=app%3Distiod';
  const { items } = await kubernetes.get<{ items: Pod[] }>(path);
  const found = await Promise.all(
    items.map(async ({ metadata }) => {
      const url = await syncStatusUrl(kubernetes, metadata.name);
      const statuses = (await (await fetch(url)).json()) as readonly Status[];
      return statuses.map((status) => toProxy(status, metadata.labels?.['istio.io/rev'] ?? ''));
    }),
  );
  return found.flat().toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** What the pods of a mesh make one expect there: each that is ready and injected, by its annotation. */
export async function injectedPods(
  kubernetes: ApiClient,
): Promise<readonly Pick<ConnectedProxy, 'name' | 'revision'>[]> {
  const { items } = await kubernetes.get<{ items: Pod[] }>('/api/v1/pods');
  return items
    .filter((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined)
    .flatMap(({ metadata }) => {
      const revision = metadata.annotations?.['istio.io/rev'];
      const name = `${metadata.name}.${metadata.namespace ?? ''}`;
      return revision === undefined ? [] : [{ name, revision }];
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function syncStatusUrl(kubernetes: ApiClient, pod: string): Promise<string> {
  const path = `/apis/kwok.x-k8s.io/v1alpha1/namespaces/istio-system/portforwards/${pod}`;
  const { spec } = await kubernetes.get<Forwarded>(path);
  const target = spec.forwards.find(({ ports }) => ports.includes(ISTIOD_HTTP))?.target;
  if (target === undefined) throw new Error(`the HTTP port of ${pod} is not forwarded`);
  return `http://${target.address}:${target.port}/debug/syncz`;
}

function toProxy(status: Status, revision: string): ConnectedProxy {
  return {
    name: status['proxy'] ?? '',
    revision,
    version: status['istio_version'] ?? '',
    isSynced: KINDS.every((kind) => {
      const sent = status[`${kind}_sent`];
      return sent !== undefined && sent !== '' && sent === status[`${kind}_acked`];
    }),
  };
}
