import { describe, expect, it } from '@jest/globals';
import {
  interpretControlPlaneDetail,
  type ControlPlaneSources,
} from '../../../src/domain/inventory/interpret-control-plane-detail.ts';
import { known, unknown } from '../../../src/domain/inventory/known.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes-object.ts';
import type { ControlPlaneDetail } from '../../../src/domain/inventory/control-plane-detail.ts';
import { configMap } from '../../support/kubernetes-objects.ts';

const DEPLOYMENT: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'istiod-1-26-1',
    namespace: 'istio-system',
    generation: 3,
    labels: { 'operator.istio.io/managed': 'Reconcile' },
  },
  spec: {
    replicas: 2,
    template: {
      metadata: { labels: { app: 'istiod', 'istio.io/rev': '1-26-1' } },
      spec: {
        containers: [
          {
            name: 'discovery',
            image: 'docker.io/istio/pilot:1.26.1',
            resources: { requests: { cpu: '500m', memory: '2Gi' } },
          },
        ],
      },
    },
  },
  status: { observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
};

const SOURCES: ControlPlaneSources = {
  deployment: DEPLOYMENT,
  plane: {
    revision: '1-26-1',
    version: '1.26.1',
    deployment: 'istiod-1-26-1',
    replicas: 2,
    readyReplicas: 2,
    installer: 'istioctl',
  },
  configMaps: {
    revision: '1-26-1',
    mesh: known(configMap('istio-1-26-1', { mesh: 'accessLogFile: ""' })),
    values: known(configMap('values-1-26-1', { 'original-values': '{}' })),
  },
  autoscalers: known([
    {
      namespace: 'istio-system',
      name: 'istiod-1-26-1',
      target: { kind: 'Deployment', name: 'istiod-1-26-1' },
      min: 2,
      max: 5,
    },
  ]),
  budgets: known([
    {
      namespace: 'istio-system',
      name: 'istiod-1-26-1',
      selector: { matchLabels: { app: 'istiod', 'istio.io/rev': '1-26-1' } },
      disruptionsAllowed: 1,
      currentHealthy: 2,
      desiredHealthy: 1,
      expectedPods: 2,
    },
  ]),
  rootDigest: 'sha256:root',
  digest: (text) => `digest of ${text}`,
};

function detailWith(changes: Partial<ControlPlaneSources>): ControlPlaneDetail {
  return interpretControlPlaneDetail({ ...SOURCES, ...changes });
}

function deploymentWith(changes: object): KubernetesObject {
  return { ...DEPLOYMENT, metadata: { ...DEPLOYMENT.metadata, labels: {}, ...changes } };
}

describe('a control plane', () => {
  it('is told with all that belongs to it', () => {
    expect(detailWith({})).toEqual({
      revision: '1-26-1',
      installer: 'istioctl',
      image: 'docker.io/istio/pilot:1.26.1',
      requests: { milliCpu: 500, memoryBytes: 2 ** 31 },
      autoscaler: { name: 'istiod-1-26-1', min: 2, max: 5 },
      budget: { name: 'istiod-1-26-1', disruptionsAllowed: 1 },
      isRollingOut: false,
      meshConfig: {
        configMap: 'istio-1-26-1',
        digest: 'digest of accessLogFile: ""',
        text: 'accessLogFile: ""',
      },
      values: { source: 'recorded', configMap: 'values-1-26-1' },
      rootDigest: 'sha256:root',
      managers: [],
    });
  });

  it.each([
    ['a spec that was not seen yet', { observedGeneration: 2 }],
    ['pods of the old template', { updatedReplicas: 1 }],
    ['more pods than it wants', { replicas: 3 }],
    ['pods that are not available', { availableReplicas: 1 }],
  ])('is rolling out with %s', (_, changes) => {
    expect(detailWith({}).isRollingOut).toBe(false);
    const status = { ...(DEPLOYMENT['status'] as object), ...changes };

    expect(detailWith({ deployment: { ...DEPLOYMENT, status } }).isRollingOut).toBe(true);
  });

  it.each([
    [
      'sail',
      {
        ownerReferences: [
          { apiVersion: 'sailoperator.io/v1', kind: 'IstioRevision', name: 'x', uid: 'x' },
        ],
        annotations: { 'meta.helm.sh/release-name': 'x' },
      },
    ],
    ['aks', { namespace: 'aks-istio-system', annotations: { 'meta.helm.sh/release-name': 'x' } }],
    ['helm', { annotations: { 'meta.helm.sh/release-name': 'istiod' } }],
    ['istioctl', { labels: { 'operator.istio.io/managed': 'Reconcile' } }],
    ['unknown', {}],
  ])('is of installer %s by its marks', (installer, metadata) => {
    expect(detailWith({ deployment: deploymentWith(metadata) }).installer).toBe(installer);
  });

  it('names the objects of others that keep it', () => {
    const annotations = { 'argocd.argoproj.io/tracking-id': 'mesh:apps/Deployment:x' };

    expect(detailWith({ deployment: deploymentWith({ annotations }) }).managers).toEqual([
      'Argo CD: annotation argocd.argoproj.io/tracking-id=mesh:apps/Deployment:x',
    ]);
  });
});

describe('the values of a control plane', () => {
  const without = { ...SOURCES.configMaps, values: known(undefined) };

  it('before 1.26 are reconstructed, and what no object tells is named', () => {
    const plane = { ...SOURCES.plane, version: '1.25.1' };

    expect(detailWith({ plane, configMaps: without }).values).toEqual({
      source: 'reconstructed',
      unknowns: [
        'the name of the profile that it was installed with',
        'overlays that were laid over its objects (components.*.k8s.overlays)',
        'whether CRDs or components were left out on purpose',
      ],
    });
  });

  it('since 1.26 are missed when their ConfigMap is not there', () => {
    expect(detailWith({ configMaps: without }).values).toEqual({
      source: 'reconstructed',
      unknowns: expect.arrayContaining([
        'ConfigMap values of revision 1-26-1, which 1.26.1 writes: there is none',
      ]),
    });
  });

  it('are not taken for missing when they could not be read', () => {
    const configMaps = { ...SOURCES.configMaps, values: unknown('forbidden') };

    expect(detailWith({ configMaps }).values).toEqual({
      source: 'reconstructed',
      unknowns: expect.arrayContaining(['forbidden']),
    });
  });
});
