import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import { interpretPod } from '../../src/domain/mesh/interpret-pods.ts';
import {
  interpretWorkloads,
  type InterpretedWorkloads,
} from '../../src/domain/mesh/interpret-workloads.ts';
import { owner, podObject, replicaSetOf, workloadObject } from '../support/kubernetes-objects.ts';

interface Given {
  readonly workloads: readonly KubernetesObject[];
  readonly replicaSets?: readonly KubernetesObject[];
  readonly pods?: readonly KubernetesObject[];
  readonly injected?: boolean;
}

function interpret({
  workloads,
  replicaSets = [],
  pods = [],
  injected = true,
}: Given): InterpretedWorkloads {
  return interpretWorkloads({
    workloads,
    replicaSets,
    pods: pods.map(interpretPod),
    isInjected: () => injected,
  });
}

function podOf(
  name: string,
  revision: string | undefined,
  kind: string,
  by: string,
  uid?: string,
): KubernetesObject {
  return podObject(name, revision, { metadata: { ownerReferences: [owner(kind, by, uid)] } });
}

describe('a workload with its pods', () => {
  it('counts a Deployment by way of its ReplicaSets', () => {
    const cart = workloadObject('Deployment', 'cart', { spec: { replicas: 3 } });
    const old = replicaSetOf('cart', 'cart-old');
    const young = replicaSetOf('cart', 'cart-new');

    const found = interpret({
      workloads: [cart],
      replicaSets: [old, young],
      pods: [
        podOf('a', '1-25-1', 'ReplicaSet', 'cart-old', 'uid-rs-cart-old'),
        podOf('b', '1-26-1', 'ReplicaSet', 'cart-new', 'uid-rs-cart-new'),
        podOf('c', undefined, 'ReplicaSet', 'cart-new', 'uid-rs-cart-new'),
      ],
    });

    expect(found).toEqual({
      loosePods: [],
      workloads: [
        {
          kind: 'Deployment',
          namespace: 'shop',
          name: 'cart',
          uid: 'uid-shop-cart',
          desiredPods: 3,
          readyPods: 3,
          podsByRevision: { '1-25-1': 1, '1-26-1': 1, none: 1 },
        },
      ],
    });
  });

  it.each([
    ['Deployment', { spec: { replicas: 4 } }, 4],
    ['Deployment', {}, 1],
    ['StatefulSet', { spec: { replicas: 0 } }, 0],
    ['DaemonSet', { status: { desiredNumberScheduled: 7 } }, 7],
    ['DaemonSet', {}, 0],
  ])('wants of a %s with %j %d pods', (kind, more, desiredPods) => {
    const found = interpret({ workloads: [workloadObject(kind, 'x', more)] });

    expect(found.workloads).toMatchObject([
      { kind, desiredPods, readyPods: 0, podsByRevision: {} },
    ]);
  });

  it('leaves out pods that are leaving or finished', () => {
    const leaving = {
      deletionTimestamp: '2026-11-21T10:00:00Z',
      ownerReferences: [owner('StatefulSet', 'db')],
    };
    const finished = {
      metadata: { ownerReferences: [owner('StatefulSet', 'db')] },
      status: { phase: 'Failed' },
    };

    const found = interpret({
      workloads: [workloadObject('StatefulSet', 'db')],
      pods: [
        podOf('db-0', '1-25-1', 'StatefulSet', 'db'),
        podObject('db-1', '1-24-0', { metadata: leaving }),
        podObject('db-2', '1-24-0', finished),
      ],
    });

    expect(found.workloads).toMatchObject([{ readyPods: 1, podsByRevision: { '1-25-1': 1 } }]);
    expect(found.loosePods).toEqual([]);
  });
});

describe('a workload belongs to the mesh', () => {
  const template = (more: object): Readonly<Record<string, object>> => ({
    spec: { template: more },
  });

  it('when its namespace is injected, though it has no pod', () => {
    expect(interpret({ workloads: [workloadObject('Deployment', 'cart')] }).workloads).toHaveLength(
      1,
    );
  });

  it('when a pod of it has a proxy, though its namespace is not injected and it opts out', () => {
    const given = {
      workloads: [
        workloadObject(
          'StatefulSet',
          'db',
          template({ metadata: { labels: { 'sidecar.istio.io/inject': 'false' } } }),
        ),
      ],
      injected: false,
    };
    expect(interpret(given).workloads).toEqual([]);

    const found = interpret({ ...given, pods: [podOf('db-0', '1-25-1', 'StatefulSet', 'db')] });

    expect(found.workloads).toMatchObject([{ name: 'db', podsByRevision: { '1-25-1': 1 } }]);
  });

  it.each([
    ['a label', template({ metadata: { labels: { 'sidecar.istio.io/inject': 'false' } } })],
    [
      'an annotation',
      template({ metadata: { annotations: { 'sidecar.istio.io/inject': 'false' } } }),
    ],
    ['hostNetwork', template({ spec: { hostNetwork: true } })],
  ])('not when it opts out by %s', (_what, more) => {
    expect(
      interpret({ workloads: [workloadObject('Deployment', 'cart', {})] }).workloads,
    ).toHaveLength(1);

    expect(
      interpret({ workloads: [workloadObject('Deployment', 'cart', more)] }).workloads,
    ).toEqual([]);
  });

  it('not when its namespace is not injected', () => {
    expect(
      interpret({ workloads: [workloadObject('Deployment', 'cart')], injected: false }).workloads,
    ).toEqual([]);
  });
});

describe('a restart would not bring a new proxy', () => {
  const reason = (kind: string, spec: object): string | undefined =>
    interpret({ workloads: [workloadObject(kind, 'x', { spec })] }).workloads[0]?.cannotRestart;

  it.each([
    [
      'where the proxy was put into the template by hand',
      'Deployment',
      { template: { spec: { containers: [{ name: 'istio-proxy', image: 'proxyv2:1.25.1' }] } } },
      'its pod template carries a proxy of its own (proxyv2:1.25.1): it was injected by hand',
    ],
    [
      'where the proxy in the template has no image',
      'Deployment',
      { template: { spec: { containers: [{ name: 'istio-proxy' }] } } },
      'its pod template carries a proxy of its own (no image): it was injected by hand',
    ],
    [
      'where the proxy image is pinned',
      'Deployment',
      {
        template: {
          metadata: { annotations: { 'sidecar.istio.io/proxyImage': 'proxyv2:1.24.0' } },
        },
      },
      'its proxy image is pinned to proxyv2:1.24.0',
    ],
  ])('%s', (_what, kind, spec, expected) => {
    expect(reason(kind, spec)).toBe(expected);
  });

  it.each([
    [
      'a gateway with image auto',
      'Deployment',
      { template: { spec: { containers: [{ name: 'istio-proxy', image: 'auto' }] } } },
    ],
    ['a Deployment that is paused: it is moved pod by pod', 'Deployment', { paused: true }],
    [
      'a DaemonSet with OnDelete: it is moved pod by pod',
      'DaemonSet',
      { updateStrategy: { type: 'OnDelete' } },
    ],
    ['a plain Deployment', 'Deployment', {}],
  ])('but does to %s', (_what, kind, spec) => {
    expect(reason(kind, spec)).toBeUndefined();
  });
});

describe('a pod with a proxy and no workload to restart', () => {
  it('is named with its owner', () => {
    const found = interpret({
      workloads: [],
      pods: [podOf('job-1', '1-25-1', 'Job', 'batch'), podObject('naked', '1-25-1')],
    });

    expect(found).toEqual({
      workloads: [],
      loosePods: [
        { namespace: 'shop', name: 'job-1', revision: '1-25-1', owner: 'Job batch' },
        { namespace: 'shop', name: 'naked', revision: '1-25-1', owner: 'nobody' },
      ],
    });
  });

  it('is of no concern without a proxy, finished, or leaving', () => {
    const found = interpret({
      workloads: [],
      pods: [
        podObject('plain', undefined),
        podObject('done', '1-25-1', { status: { phase: 'Succeeded' } }),
        podObject('going', '1-25-1', { metadata: { deletionTimestamp: '2026-11-21T10:00:00Z' } }),
      ],
    });

    expect(found.loosePods).toEqual([]);
  });

  it('cannot make up a workload by what its annotation says', () => {
    const found = interpret({
      workloads: [workloadObject('StatefulSet', 'db')],
      pods: [podOf('db-0', '__proto__', 'StatefulSet', 'db')],
    });

    expect(Object.entries(found.workloads[0]?.podsByRevision ?? {})).toEqual([['__proto__', 1]]);
  });
});
