import { describe, expect, it } from '@jest/globals';
import { interpretLoosePods } from '../../../src/domain/inventory/interpret-loose-pods.ts';
import { interpretPodDetail } from '../../../src/domain/inventory/interpret-pod-detail.ts';
import {
  interpretWorkloadDetails,
  type WorkloadDetailSources,
} from '../../../src/domain/inventory/interpret-workload-detail.ts';
import { progressiveDelivery } from '../../../src/domain/inventory/progressive-delivery.ts';
import type { WorkloadDetail } from '../../../src/domain/inventory/workload-detail.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes-object.ts';
import {
  owner,
  podObject,
  replicaSetOf,
  workloadObject,
} from '../../support/kubernetes-objects.ts';

const INJECTED = { kind: 'injected', revision: 'new', webhook: 'w' } as const;
const LEFT = { kind: 'none', why: 'no webhook' } as const;

function details(sources: Partial<WorkloadDetailSources>): WorkloadDetail[] {
  return interpretWorkloadDetails({
    workloads: [],
    links: [],
    pods: [],
    namespaceLabels: new Map([['shop', { 'istio.io/rev': 'new' }]]),
    predict: () => INJECTED,
    progressiveDelivery: new Map(),
    gateways: new Set(),
    ...sources,
  });
}

/** The only detail there is. */
function onlyOf(sources: Partial<WorkloadDetailSources>): WorkloadDetail {
  const [detail, ...others] = details(sources);
  expect(others).toEqual([]);
  if (detail === undefined) throw new Error('expected one workload, found none');
  return detail;
}

function podOf(deployment: string, revision: string | undefined, more: object = {}) {
  return interpretPodDetail(
    podObject(`${deployment}-x`, revision, {
      metadata: {
        ownerReferences: [owner('ReplicaSet', `${deployment}-5d`, `uid-rs-${deployment}-5d`)],
        ...(revision === undefined ? {} : { annotations: { 'istio.io/rev': revision } }),
      },
      ...more,
    }),
  );
}

function deployment(name: string, spec: object = {}): KubernetesObject {
  return workloadObject('Deployment', name, { spec });
}

describe('the proxies of a workload', () => {
  it('are those of its pods, by way of its ReplicaSet', () => {
    const detail = onlyOf({
      workloads: [deployment('cart')],
      links: [replicaSetOf('cart')],
      pods: [podOf('cart', 'old'), podOf('cart', 'old'), podOf('cart', undefined)],
    });

    expect(detail).toMatchObject({
      podsWithProxy: 2,
      podsWithoutProxy: 1,
      proxyImages: { 'docker.io/istio/proxyv2:old': 2 },
      actualRevision: 'old',
      prediction: INJECTED,
    });
  });

  it('have no one revision when there are two', () => {
    const pods = [podOf('cart', 'old'), podOf('cart', 'new')];
    const sources = { workloads: [deployment('cart')], links: [replicaSetOf('cart')] };
    expect(onlyOf({ ...sources, pods: pods.slice(1) }).actualRevision).toBe('new');

    expect(onlyOf({ ...sources, pods })).not.toHaveProperty('actualRevision');
  });

  it('leave out pods that are going or gone', () => {
    const gone = podOf('cart', 'old', { status: { phase: 'Succeeded' } });
    const sources = { workloads: [deployment('cart')], links: [replicaSetOf('cart')] };

    expect(onlyOf({ ...sources, pods: [podOf('cart', 'old'), gone] }).podsWithProxy).toBe(1);
  });

  it('are native sidecars where they are init containers', () => {
    const spec = {
      containers: [{ name: 'app' }],
      initContainers: [{ name: 'istio-proxy', image: 'p', restartPolicy: 'Always' }],
    };
    const native = podOf('cart', 'old', { spec });

    const detail = onlyOf({
      workloads: [deployment('cart')],
      links: [replicaSetOf('cart')],
      pods: [podOf('cart', 'old'), native],
    });

    expect(detail).toMatchObject({ podsWithProxy: 2, nativeSidecars: 1 });
  });

  it('of a CronJob are those of the Jobs that it made', () => {
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'j', uid: 'uid-j', ownerReferences: [owner('CronJob', 'nightly')] },
    };
    const pod = interpretPodDetail(
      podObject('j-x', 'old', { metadata: { ownerReferences: [owner('Job', 'j', 'uid-j')] } }),
    );

    const detail = onlyOf({
      workloads: [workloadObject('CronJob', 'nightly')],
      links: [job],
      pods: [{ ...pod, revision: 'old' }],
    });

    expect(detail).toMatchObject({ kind: 'CronJob', podsWithProxy: 1, replicas: 0 });
  });
});

describe('a workload is in the inventory', () => {
  const silent = { workloads: [deployment('cart')], predict: () => LEFT };

  it('not when it has no proxy, gets none, and says nothing', () => {
    expect(details({ workloads: [deployment('cart')] })).toHaveLength(1);
    expect(details(silent)).toEqual([]);
  });

  it.each([
    ['its label opts out', { metadata: { labels: { 'sidecar.istio.io/inject': 'false' } } }],
    [
      'its annotation opts out',
      { metadata: { annotations: { 'sidecar.istio.io/inject': 'false' } } },
    ],
    ['its label names a revision', { metadata: { labels: { 'istio.io/rev': 'gone' } } }],
    ['its image is pinned', { metadata: { annotations: { 'sidecar.istio.io/proxyImage': 'p' } } }],
    ['it carries a proxy', { spec: { containers: [{ name: 'istio-proxy', image: 'p:1' }] } }],
  ])('when %s', (_, template) => {
    expect(details({ ...silent, workloads: [deployment('cart', { template })] })).toHaveLength(1);
  });

  it('when it would be refused', () => {
    const predict = () => ({ kind: 'refused', webhook: 'w', why: 'nobody' }) as const;

    expect(onlyOf({ ...silent, predict }).prediction).toEqual(predict());
  });
});

describe('what a workload says', () => {
  it.each([
    ['a quarter of its replicas, rounded up', {}, 5, 2],
    ['a number', { rollingUpdate: { maxSurge: 3 } }, 5, 3],
    ['a part', { rollingUpdate: { maxSurge: '50%' } }, 5, 3],
    ['nothing where all pods go first', { type: 'Recreate' }, 5, 0],
  ])('of a surge: %s', (_, strategy, replicas, surge) => {
    expect(onlyOf({ workloads: [deployment('cart', { replicas, strategy })] }).surge).toBe(surge);
  });

  it('of manual injection counts only with an image of its own', () => {
    const carrying = (image: string) => [
      deployment('cart', { template: { spec: { containers: [{ name: 'istio-proxy', image }] } } }),
    ];

    expect(onlyOf({ workloads: carrying('proxyv2:1.20') }).manualProxyImage).toBe('proxyv2:1.20');
    expect(onlyOf({ workloads: carrying('auto') })).not.toHaveProperty('manualProxyImage');
  });

  it('of its pods is asked of the webhooks as it would be asked for a pod', () => {
    const asked: unknown[] = [];
    const template = {
      metadata: { labels: { app: 'cart' }, annotations: { note: 'x' } },
      spec: { hostNetwork: true },
    };

    details({
      workloads: [deployment('cart', { template })],
      predict: (subject) => {
        asked.push(subject);
        return LEFT;
      },
    });

    expect(asked).toEqual([
      {
        namespace: 'shop',
        namespaceLabels: { 'istio.io/rev': 'new' },
        podLabels: { app: 'cart' },
        podAnnotations: { note: 'x' },
        hostNetwork: true,
      },
    ]);
  });
});

describe('progressive delivery', () => {
  const rollout = workloadObject('Rollout', 'cart', {
    spec: { replicas: 4, workloadRef: { kind: 'Deployment', name: 'cart' } },
  });
  const template = { metadata: { labels: { app: 'cart' } } };

  it('by an Argo Rollout names the Deployment that it takes its template from', () => {
    const found = details({
      workloads: [deployment('cart', { template }), rollout],
      progressiveDelivery: progressiveDelivery([rollout], []),
    });

    expect(
      found.map(({ kind, podLabels, progressiveDelivery: by }) => [kind, podLabels, by]),
    ).toEqual([
      ['Deployment', { app: 'cart' }, 'Rollout shop/cart'],
      ['Rollout', { app: 'cart' }, 'Rollout shop/cart'],
    ]);
  });

  it('by a Flagger Canary names its target and the copy that serves', () => {
    const canary = workloadObject('Canary', 'cart', {
      spec: { targetRef: { kind: 'Deployment', name: 'cart' } },
    });

    const found = details({
      workloads: [deployment('cart'), deployment('cart-primary'), deployment('other')],
      progressiveDelivery: progressiveDelivery([], [canary]),
    });

    expect(found.map(({ name, progressiveDelivery: by }) => [name, by])).toEqual([
      ['cart', 'Canary shop/cart'],
      ['cart-primary', 'Canary shop/cart'],
      ['other', undefined],
    ]);
  });
});

describe('a pod that no restart reaches', () => {
  it('is one with a proxy that nobody owns', () => {
    const bare = interpretPodDetail(podObject('debug', 'old'));
    const owned = podOf('cart', 'old');

    expect(
      interpretLoosePods([bare, owned], [replicaSetOf('cart')], new Set(['uid-shop-cart'])),
    ).toEqual([
      {
        namespace: 'shop',
        name: 'debug',
        uid: 'uid-pod-debug',
        revision: 'old',
        proxyImage: 'docker.io/istio/proxyv2:old',
        ready: true,
        ownerKind: '',
        ownerName: '',
        recreation: { cannot: expect.stringContaining('says what it was made from') },
      },
    ]);
  });

  it('is one of a workload that meshlift does not restart', () => {
    const pod = podOf('cart', 'old');

    const found = interpretLoosePods([pod], [replicaSetOf('cart')], new Set());

    expect(found).toMatchObject([{ ownerKind: 'ReplicaSet', ownerName: 'cart-5d' }]);
  });
});
