import { describe, expect, it } from '@jest/globals';
import { takeInventory } from '../../src/activities/inventory/take-inventory.ts';
import { KubernetesError, KubernetesUnreachable } from '../../src/clients/kubernetes-error.ts';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import type { MeshInventory } from '../../src/domain/inventory/inventory.ts';
import { known } from '../../src/domain/inventory/known.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import { createFakeKubernetes } from '../support/fake-kubernetes.ts';
import {
  configMap,
  mutatingWebhook,
  namespaceObject,
  owner,
  podObject,
  replicaSetOf,
  workloadObject,
} from '../support/kubernetes-objects.ts';

const TARGET = { cluster: 'demo', meshNamespace: 'istio-system' };

const ISTIOD: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'istiod-1-26-1',
    namespace: 'istio-system',
    labels: { app: 'istiod', 'istio.io/rev': '1-26-1' },
  },
  spec: {
    replicas: 1,
    template: { spec: { containers: [{ name: 'discovery', image: 'istio/pilot:1.26.1' }] } },
  },
};

function mesh(): readonly KubernetesObject[] {
  return [
    namespaceObject('kube-system'),
    namespaceObject('istio-system'),
    namespaceObject('shop', { 'istio.io/rev': '1-26-1' }),
    ISTIOD,
    podObject('istiod-x', undefined, {
      metadata: {
        namespace: 'istio-system',
        labels: { app: 'istiod', 'istio.io/rev': '1-26-1' },
      },
    }),
    mutatingWebhook('istio-sidecar-injector-1-26-1', { 'istio.io/rev': '1-26-1' }),
    configMap('istio-sidecar-injector-1-26-1', {
      config: 'policy: enabled\ntemplates: {sidecar: ""}',
    }),
    configMap('istio-1-26-1', { mesh: '{}' }),
    configMap('values-1-26-1', { 'original-values': '{}' }),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'istiod-1-26-1', namespace: 'istio-system' },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: 'istiod-1-26-1-x',
        namespace: 'istio-system',
        labels: { 'kubernetes.io/service-name': 'istiod-1-26-1' },
      },
      endpoints: [{ addresses: ['10.0.0.1'] }],
    },
    workloadObject('Deployment', 'cart', { spec: { replicas: 1, template: {} } }),
    replicaSetOf('cart'),
    podObject('cart-x', '1-26-1', {
      metadata: {
        ownerReferences: [owner('ReplicaSet', 'cart-5d', 'uid-rs-cart-5d')],
        annotations: { 'istio.io/rev': '1-26-1' },
      },
    }),
  ];
}

function refused(code: number): KubernetesError {
  return new KubernetesError({
    code,
    reason: '',
    message: `answer ${code}`,
    causes: [],
    retryAfterSeconds: undefined,
    request: 'GET',
  });
}

interface Behaviour {
  /** Kinds whose lists fail, and how. */
  readonly failing?: Readonly<Record<string, Error>>;
  readonly proxied?: () => Promise<unknown>;
  readonly forwarded?: () => Promise<unknown>;
}

/** A fake cluster with the mesh in it, and how often each kind was listed. */
function cluster({ failing = {}, proxied, forwarded }: Behaviour = {}): {
  readonly take: () => Promise<MeshInventory>;
  readonly lists: Map<string, number>;
} {
  const fake = createFakeKubernetes();
  // Not placed in the fake, which would stamp other uids than those by which they find each other.
  const objects = mesh();
  const lists = new Map<string, number>();
  const worker: KubernetesClient = {
    ...fake,
    get: async ({ kind, name, namespace }) =>
      objects.find(
        (each) =>
          each.kind === kind &&
          each.metadata.name === name &&
          each.metadata.namespace === namespace,
      ),
    collect: async (kind, { namespace, fieldSelector }, pick) => {
      lists.set(kind.kind, (lists.get(kind.kind) ?? 0) + 1);
      const failure = failing[kind.kind];
      if (failure !== undefined) throw failure;
      return objects
        .filter((each) => each.kind === kind.kind)
        .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
        .filter(
          ({ metadata }) =>
            fieldSelector === undefined || fieldSelector === `metadata.name=${metadata.name}`,
        )
        .map(pick)
        .filter((kept) => kept !== undefined);
    },
    list: async () => {
      throw new Error('an inventory keeps no raw lists');
    },
    getFromPod:
      proxied ??
      (async () => [
        { cluster_id: 'k', proxy: 'cart-x.shop', cluster_sent: '1', cluster_acked: '1' },
      ]),
    getInsidePod: forwarded ?? (async () => Promise.reject(new Error('not expected'))),
  };
  const take = (): Promise<MeshInventory> =>
    takeInventory({ worker, installer: worker, installerKubeconfig: '' }, TARGET);
  return { take, lists };
}

describe('taking an inventory', () => {
  it('finds the mesh, and leaves nothing unread where everything may be read', async () => {
    const inventory = await cluster().take();

    expect(inventory.mesh.controlPlanes.map(({ revision }) => revision)).toEqual(['1-26-1']);
    expect(inventory.workloads.filter(({ namespace }) => namespace === 'shop')).toMatchObject([
      {
        kind: 'Deployment',
        name: 'cart',
        podsWithProxy: 1,
        actualRevision: '1-26-1',
        prediction: { kind: 'injected', revision: '1-26-1' },
      },
    ]);
    expect(inventory.connectedProxies).toEqual(known({ '1-26-1': 1 }));
    expect(inventory.unread).toEqual([]);
  });

  it('lists no kind twice', async () => {
    const { take, lists } = cluster();

    await take();

    expect(lists.get('Pod')).toBe(1);
    expect([...lists].filter(([, times]) => times > 1)).toEqual([]);
  });

  it('fails when the pods cannot be read: there is no upgrade without them', async () => {
    const { take } = cluster({ failing: { Pod: refused(403) } });

    await expect(take()).rejects.toThrow('answer 403');
  });
});

describe('an inventory of which not all could be read', () => {
  it('knows a kind to be empty that the cluster does not have', async () => {
    const { take } = cluster({ failing: { EnvoyFilter: refused(404), CronJob: refused(404) } });

    const inventory = await take();

    expect(inventory.sensitive).toEqual(known([]));
    expect(inventory.unread).toEqual([]);
  });

  it.each([
    ['forbidden', refused(403)],
    ['failing', refused(500)],
    ['silent', new KubernetesUnreachable('GET', new Error('reset'))],
  ])('does not know what is %s', async (_, failure) => {
    const { take } = cluster({
      failing: {
        Node: failure,
        CustomResourceDefinition: failure,
        EnvoyFilter: failure,
        PodDisruptionBudget: failure,
        HorizontalPodAutoscaler: failure,
      },
    });

    const { capacity, crds, sensitive, budgets, autoscalers } = await take();

    const unknown = { kind: 'unknown', why: failure.message };
    expect([capacity, crds, sensitive, budgets, autoscalers]).toEqual(Array(5).fill(unknown));
  });

  it.each([
    ['Services', 'Service'],
    ['EndpointSlices of namespace istio-system', 'EndpointSlice'],
    ['root certificates of namespaces', 'ConfigMap'],
    ['Jobs', 'Job'],
    ['CronJobs', 'CronJob'],
    ['Rollouts of argoproj.io', 'Rollout'],
  ])('says that %s could not be read', async (what, kind) => {
    // Without the names of the CRDs every kind is asked for.
    const failing = { [kind]: refused(403), CustomResourceDefinition: refused(403) };

    const { unread } = await cluster({ failing }).take();

    expect(unread).toEqual([{ what, why: refused(403).message }]);
  });
});

describe('asking istiod for its proxies', () => {
  it.each([401, 403])('goes through a forwarded port when it is refused (%d)', async (code) => {
    const { take } = cluster({
      proxied: async () => Promise.reject(refused(code)),
      forwarded: async () => [],
    });

    expect((await take()).connectedProxies).toEqual(known({ '1-26-1': 0 }));
  });

  it('does not try another way when nobody answers', async () => {
    const { take } = cluster({ proxied: async () => Promise.reject(refused(503)) });

    expect((await take()).connectedProxies).toEqual({
      kind: 'unknown',
      why: 'istio-system/istiod-x: GET: 503 answer 503',
    });
  });

  it('says that both ways are refused', async () => {
    const { take } = cluster({
      proxied: async () => Promise.reject(refused(403)),
      forwarded: async () => Promise.reject(refused(403)),
    });

    expect((await take()).connectedProxies).toEqual({
      kind: 'unknown',
      why: "istio-system/istiod-x: through the API server's proxy it is refused, and GET: 403 answer 403",
    });
  });
});
