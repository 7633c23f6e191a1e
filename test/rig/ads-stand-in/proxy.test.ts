import type { V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from '@jest/globals';
import { describeProxy, proxyStateOf } from '../../../rig/ads-stand-in/proxy.ts';

const RUNNING = { name: 'istio-proxy', state: { running: {} } };

/** An injected pod as the real webhook leaves it, cut to what matters here. */
function pod(change: {
  readonly metadata?: object;
  readonly spec?: object;
  readonly status?: object;
}): V1Pod {
  const whole = {
    metadata: {
      uid: 'uid-1',
      name: 'query-7d9f-x',
      namespace: 'search',
      labels: { app: 'query', 'pod-template-hash': '7d9f' },
      annotations: {
        'istio.io/rev': '1-25-1',
        'sidecar.istio.io/status': '{"revision":"1-25-1"}',
      },
      ...change.metadata,
    },
    spec: {
      serviceAccountName: 'default',
      nodeName: 'node-2',
      containers: [
        { name: 'app', image: 'registry.example.com/search/query:1.4.2' },
        {
          name: 'istio-proxy',
          image: 'docker.io/istio/proxyv2:1.25.1',
          args: ['proxy', 'sidecar', '--domain', '$(POD_NAMESPACE).svc.cluster.local'],
          env: [
            { name: 'ISTIO_META_CLUSTER_ID', value: 'Kubernetes' },
            {
              name: 'ISTIO_META_NODE_NAME',
              valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } },
            },
            { name: 'ISTIO_METAJSON_ANNOTATIONS', value: '{"team":"search"}' },
            { name: 'CA_ADDR', value: 'istiod-1-25-1.istio-system.svc:15012' },
            { name: 'PROXY_CONFIG', value: '{"discoveryAddress":"istiod:15012"}\n' },
          ],
        },
      ],
      ...change.spec,
    },
    status: {
      phase: 'Running',
      podIP: '10.244.0.7',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'app' }, RUNNING],
      ...change.status,
    },
  };
  return whole as unknown as V1Pod;
}

describe('a proxy', () => {
  it('introduces itself as the agent of its pod would', () => {
    expect(describeProxy(pod({}))).toEqual({
      uid: 'uid-1',
      name: 'query-7d9f-x.search',
      revision: '1-25-1',
      node: {
        id: 'sidecar~10.244.0.7~query-7d9f-x.search~search.svc.cluster.local',
        cluster: 'query.search',
        metadata: {
          CLUSTER_ID: 'Kubernetes',
          NODE_NAME: 'node-2',
          team: 'search',
          NAME: 'query-7d9f-x',
          NAMESPACE: 'search',
          SERVICE_ACCOUNT: 'default',
          INSTANCE_IPS: '10.244.0.7',
          ISTIO_VERSION: '1.25.1',
          LABELS: { app: 'query' },
          ANNOTATIONS: expect.objectContaining({ 'istio.io/rev': '1-25-1' }),
          PROXY_CONFIG: { discoveryAddress: 'istiod:15012' },
        },
      },
    });
  });

  it('is a router in an injected gateway', () => {
    const container = { name: 'istio-proxy', image: 'proxyv2:1.25.1', args: ['proxy', 'router'] };

    expect(describeProxy(pod({ spec: { containers: [container] } }))?.node.id).toBe(
      'router~10.244.0.7~query-7d9f-x.search~search.svc.cluster.local',
    );
  });

  it('may be a native sidecar, of a variant of the image', () => {
    const initContainers = [{ name: 'istio-proxy', image: 'istio/proxyv2:1.26.1-distroless' }];
    const spec = { containers: [{ name: 'app' }], initContainers };

    expect(describeProxy(pod({ spec }))?.node.metadata['ISTIO_VERSION']).toBe('1.26.1');
  });

  it('belongs to the revision of its injection status where the annotation is missing', () => {
    const annotations = { 'sidecar.istio.io/status': '{"revision":"1-23-0"}' };

    expect(describeProxy(pod({ metadata: { annotations } }))?.revision).toBe('1-23-0');
  });

  it.each([
    ['without a proxy', { spec: { containers: [{ name: 'app' }] } }],
    ['without an address', { status: { podIP: undefined } }],
    ['that nobody injected', { metadata: { annotations: {} } }],
    ['whose status is no JSON', { metadata: { annotations: { 'sidecar.istio.io/status': '{' } } }],
  ])('is not there in a pod %s', (_what, change) => {
    expect(describeProxy(pod(change))).toBeUndefined();
  });
});

describe('the state of a proxy', () => {
  const unready = { conditions: [{ type: 'Ready', status: 'False' }] };
  const waiting = { name: 'istio-proxy', state: { waiting: { reason: 'CrashLoopBackOff' } } };

  it.each([
    ['connect', 'is ready', {}],
    ['keep', 'is not ready though its proxy runs', { status: unready }],
    [
      'connect',
      'has a native sidecar',
      { status: { containerStatuses: [{ name: 'app' }], initContainerStatuses: [RUNNING] } },
    ],
    ['gone', 'is being deleted', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }],
    ['gone', 'has ended', { status: { phase: 'Succeeded' } }],
    ['gone', 'has a proxy that crashed', { status: { containerStatuses: [waiting] } }],
    ['gone', 'has no status yet', { status: { containerStatuses: undefined } }],
  ])('is %s where the pod %s', (state, _what, change) => {
    expect(proxyStateOf(pod(change))).toBe(state);
  });
});
