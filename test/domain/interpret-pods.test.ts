import { describe, expect, it } from '@jest/globals';
import { interpretPod } from '../../src/domain/mesh/interpret-pods.ts';
import { owner, podObject } from '../support/kubernetes-objects.ts';

describe('a pod', () => {
  it('is read whole', () => {
    const pod = podObject('cart-1', '1-25-1', {
      metadata: { ownerReferences: [owner('ReplicaSet', 'cart-5d')] },
    });

    expect(interpretPod(pod)).toEqual({
      namespace: 'shop',
      name: 'cart-1',
      uid: 'uid-pod-cart-1',
      resourceVersion: '7',
      revision: '1-25-1',
      proxyImage: 'docker.io/istio/proxyv2:1.25.1',
      ready: true,
      terminating: false,
      finished: false,
      restarts: 0,
      owner: { kind: 'ReplicaSet', name: 'cart-5d', uid: 'uid-shop-cart-5d' },
    });
  });

  it('has a proxy as a native sidecar too', () => {
    const pod = podObject('cart-1', undefined, {
      metadata: { annotations: { 'istio.io/rev': '1-26-1' } },
      spec: {
        containers: [{ name: 'app', image: 'app:1' }],
        initContainers: [{ name: 'istio-proxy', image: 'proxyv2:1.26.1', restartPolicy: 'Always' }],
      },
    });

    expect(interpretPod(pod)).toMatchObject({ revision: '1-26-1', proxyImage: 'proxyv2:1.26.1' });
  });

  it('with a proxy that says nothing of its revision is of an unknown one', () => {
    const pod = podObject('cart-1', undefined, {
      spec: { containers: [{ name: 'istio-proxy', image: 'proxyv2:1.17.0' }] },
    });

    expect(interpretPod(pod).revision).toBe('unknown');
  });

  it('without a proxy has no revision', () => {
    expect(interpretPod(podObject('plain', undefined)).revision).toBeUndefined();
  });

  it.each([
    ['True', true],
    ['False', false],
    ['Unknown', false],
  ])('whose condition Ready is %s counts as ready: %s', (status, ready) => {
    const pod = podObject('cart-1', '1-25-1', {
      status: { conditions: [{ type: 'Ready', status }] },
    });

    expect(interpretPod(pod).ready).toBe(ready);
  });

  it.each([
    ['no status', {}],
    ['no conditions', { status: { phase: 'Pending' } }],
    [
      'only other conditions',
      { status: { conditions: [{ type: 'Initialized', status: 'True' }] } },
    ],
  ])('with %s is not ready: missing evidence is not health', (_what, more) => {
    expect(interpretPod(podObject('cart-1', '1-25-1')).ready).toBe(true);

    expect(interpretPod(podObject('cart-1', '1-25-1', { status: undefined, ...more })).ready).toBe(
      false,
    );
  });

  it.each([
    ['CrashLoopBackOff', 'CrashLoopBackOff'],
    ['ImagePullBackOff', 'ImagePullBackOff'],
    ['CreateContainerConfigError', 'CreateContainerConfigError'],
    ['ContainerCreating', undefined],
    ['PodInitializing', undefined],
  ])('that waits with %s is in trouble: %s', (reason, trouble) => {
    const status = {
      containerStatuses: [
        { name: 'app', restartCount: 1, state: { running: {} } },
        { name: 'istio-proxy', restartCount: 4, state: { waiting: { reason } } },
      ],
    };

    const facts = interpretPod(podObject('cart-1', '1-25-1', { status }));

    expect(facts.trouble).toBe(trouble);
    expect(facts.restarts).toBe(5);
  });

  it('sees trouble and restarts of a native sidecar', () => {
    const status = {
      initContainerStatuses: [
        {
          name: 'istio-proxy',
          restartCount: 3,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
        },
      ],
    };

    expect(interpretPod(podObject('cart-1', '1-25-1', { status }))).toMatchObject({
      trouble: 'CrashLoopBackOff',
      restarts: 3,
    });
  });

  it.each([
    ['Running', false],
    ['Pending', false],
    ['Succeeded', true],
    ['Failed', true],
  ])('in phase %s is finished: %s', (phase, finished) => {
    expect(interpretPod(podObject('cart-1', '1-25-1', { status: { phase } })).finished).toBe(
      finished,
    );
  });

  it('that is being deleted is terminating', () => {
    const metadata = { deletionTimestamp: '2026-11-21T10:00:00Z' };

    expect(interpretPod(podObject('cart-1', '1-25-1', { metadata })).terminating).toBe(true);
  });

  it('belongs to its controller, not to others that refer to it', () => {
    const plain = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'uid-n1' };
    const metadata = { ownerReferences: [plain, owner('StatefulSet', 'ledger')] };

    expect(interpretPod(podObject('ledger-0', '1-25-1', { metadata })).owner?.name).toBe('ledger');
    expect(
      interpretPod(podObject('x', '1-25-1', { metadata: { ownerReferences: [plain] } })).owner,
    ).toBeUndefined();
  });

  describe('whose kubelet tells of its containers', () => {
    const ready = (name: string) => ({ name, ready: true });
    const SIDECAR = { name: 'istio-proxy', image: 'proxyv2:1.26.1', restartPolicy: 'Always' };
    const spec = {
      containers: [{ name: 'app', image: 'app:1' }],
      initContainers: [{ name: 'istio-init', image: 'proxyv2:1.26.1' }, SIDECAR],
    };
    const unready = (status: object): readonly string[] | undefined =>
      interpretPod(podObject('cart-1', '1-26-1', { spec, status })).unready;

    it('is ready when each that keeps running is', () => {
      const init = { name: 'istio-init', ready: false };

      expect(
        unready({
          containerStatuses: [ready('app')],
          initContainerStatuses: [init, ready('istio-proxy')],
        }),
      ).toBeUndefined();
    });

    it.each<readonly [string, object, readonly string[]]>([
      [
        'the native sidecar',
        { containerStatuses: [ready('app')], initContainerStatuses: [{ name: 'istio-proxy' }] },
        ['istio-proxy'],
      ],
      [
        'a container of which nothing is said yet',
        { initContainerStatuses: [ready('istio-proxy')] },
        ['app'],
      ],
    ])('names %s that is not ready', (_what, status, expected) => {
      expect(unready(status)).toEqual(expected);
    });

    it('claims nothing when nothing is told', () => {
      expect(unready({})).toBeUndefined();
    });
  });

  it('has the image that is asked for, and the cluster that its proxy says', () => {
    const pod = podObject('cart-1', '1-26-1', {
      metadata: {
        annotations: { 'istio.io/rev': '1-26-1', 'sidecar.istio.io/proxyImage': 'local/proxy:1' },
      },
      spec: {
        containers: [
          {
            name: 'istio-proxy',
            image: 'local/proxy:1',
            env: [{ name: 'ISTIO_META_CLUSTER_ID', value: 'east' }],
          },
        ],
      },
    });

    expect(interpretPod(pod)).toMatchObject({ pinnedImage: 'local/proxy:1', meshCluster: 'east' });
  });
});
