import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/domain/kubernetes-object.ts';
import { recreateManifest, recreationOf } from '../../../src/domain/restart/recreate-manifest.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const STATUS = JSON.stringify({
  initContainers: ['istio-init'],
  containers: ['istio-proxy'],
  volumes: ['istio-token'],
  imagePullSecrets: null,
  revision: '1-25-1',
});
const TOKEN = { name: 'kube-api-access-x2x', mountPath: '/var/run/secrets' };
const APP = { name: 'app', image: 'shop/tool:1' };

/** What somebody wrote. */
const WRITTEN = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'tool', namespace: 'shop', labels: { app: 'tool' } },
  spec: { containers: [APP] },
};

/** What the server has of it once it was admitted, injected and scheduled. */
function live({
  annotations = {},
  app = {},
  proxy = {},
  spec = {},
}: {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly app?: object;
  readonly proxy?: object;
  readonly spec?: object;
} = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'tool',
      namespace: 'shop',
      uid: 'u1',
      resourceVersion: '7',
      labels: { app: 'tool' },
      annotations: {
        'istio.io/rev': '1-25-1',
        'prometheus.io/port': '15020',
        'sidecar.istio.io/status': STATUS,
        team: 'a',
        ...annotations,
      },
    },
    spec: {
      nodeName: 'node-1',
      priority: 0,
      initContainers: [{ name: 'istio-init', image: 'proxyv2:1.25.1' }],
      containers: [
        { name: 'istio-proxy', image: 'proxyv2:1.25.1', volumeMounts: [TOKEN], ...proxy },
        { ...APP, volumeMounts: [TOKEN], ...app },
      ],
      volumes: [{ name: 'istio-token' }, { name: TOKEN.name }, { name: 'data' }],
      ...spec,
    },
    status: { phase: 'Running' },
  };
}

function whyNot(pod: KubernetesObject): string {
  const found = recreateManifest(pod);
  return found.kind === 'none' ? found.because : 'there is one';
}

describe('the manifest of a bare pod', () => {
  it('is what kubectl last applied, with the annotations that have come since', () => {
    const scraping = { 'prometheus.io/port': '9090' };
    const metadata = { ...WRITTEN.metadata, annotations: scraping };
    const applied = JSON.stringify({ ...WRITTEN, metadata });

    expect(recreateManifest(live({ annotations: { [LAST_APPLIED]: applied } }))).toEqual({
      kind: 'manifest',
      manifest: {
        ...WRITTEN,
        metadata: {
          ...WRITTEN.metadata,
          annotations: { ...scraping, team: 'a', [LAST_APPLIED]: applied },
        },
      },
    });
  });

  it('is the live pod without what the server, the scheduler and the injector added', () => {
    expect(recreateManifest(live())).toEqual({
      kind: 'manifest',
      manifest: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: 'tool',
          namespace: 'shop',
          labels: { app: 'tool' },
          annotations: { team: 'a' },
        },
        spec: {
          containers: [{ ...APP, volumeMounts: [] }],
          initContainers: [],
          volumes: [{ name: 'data' }],
          imagePullSecrets: [],
        },
      },
    });
  });

  it.each([
    [
      'kubectl applied it with a proxy of its own',
      live({
        annotations: {
          [LAST_APPLIED]: JSON.stringify({
            ...WRITTEN,
            spec: { containers: [APP, { name: 'istio-proxy', image: 'proxyv2:1.25.1' }] },
          }),
        },
      }),
      'it was injected by hand',
    ],
    [
      'its image was changed since kubectl applied it',
      live({ annotations: { [LAST_APPLIED]: JSON.stringify(WRITTEN) }, app: { image: 'tool:2' } }),
      'container app runs another image',
    ],
    [
      'kubectl applied another pod',
      live({
        annotations: {
          [LAST_APPLIED]: JSON.stringify({ ...WRITTEN, metadata: { name: 'other' } }),
        },
      }),
      'is of a pod other',
    ],
    [
      'what kubectl applied cannot be read',
      live({ annotations: { [LAST_APPLIED]: '{' } }),
      'no pod',
    ],
    [
      'what kubectl applied has no name',
      live({ annotations: { [LAST_APPLIED]: '{"apiVersion":"v1","kind":"Pod"}' } }),
      'no pod',
    ],
    [
      'its proxy image is pinned',
      live({ annotations: { 'sidecar.istio.io/proxyImage': 'proxyv2:1.24.0' } }),
      'its proxy image is pinned to proxyv2:1.24.0',
    ],
    [
      'nothing says what was injected',
      live({ annotations: { 'sidecar.istio.io/status': 'injected' } }),
      'says what it was made from',
    ],
    [
      'the injector does not name its proxy',
      live({ annotations: { 'sidecar.istio.io/status': '{"containers":[]}' } }),
      'does not name its proxy',
    ],
    [
      'its probes were rewritten',
      live({ app: { livenessProbe: { httpGet: { path: '/app-health/app/livez', port: 15020 } } } }),
      'rewrote the probes of container app',
    ],
    [
      'its Prometheus annotations were rewritten',
      live({ proxy: { env: [{ name: 'ISTIO_PROMETHEUS_ANNOTATIONS', value: '{}' }] } }),
      'rewrote its Prometheus annotations',
    ],
    [
      'a container mounts what the injector brought',
      live({ app: { volumeMounts: [{ name: 'istio-token' }] } }),
      'mounts a volume that the injector added',
    ],
    [
      'there is nothing but its proxy',
      live({ spec: { containers: [{ name: 'istio-proxy' }] } }),
      'nothing but its proxy',
    ],
  ])('is not there where %s', (_where, pod, because) => {
    expect(whyNot(live())).toBe('there is one');
    expect(whyNot(pod)).toContain(because);
  });
});

describe('whether a bare pod is made again', () => {
  it.each([
    ['says nothing itself', {}, {}],
    ['says yes', { 'meshlift.dev/recreate': 'true' }, { wanted: true }],
    ['says no', { 'meshlift.dev/recreate': 'false' }, { wanted: false }],
    ['says something else', { 'meshlift.dev/recreate': 'yes' }, { wanted: false }],
  ])('it %s', (_what, annotations, expected) => {
    expect(recreationOf(live({ annotations }))).toEqual(expected);
  });

  it('says why it cannot be', () => {
    const found = recreationOf(live({ annotations: { 'sidecar.istio.io/status': '' } }));

    expect(found.cannot).toContain('says what it was made from');
  });
});
