import { describe, expect, it } from '@jest/globals';
import {
  interpretAutoscaler,
  interpretBudget,
} from '../../../src/domain/inventory/interpret-budgets.ts';
import { interpretCrd, isMeshCrd } from '../../../src/domain/inventory/interpret-crds.ts';
import { interpretNamespaceDetails } from '../../../src/domain/inventory/interpret-namespace-detail.ts';
import { interpretOperators } from '../../../src/domain/inventory/interpret-operators.ts';
import { interpretPodDetail } from '../../../src/domain/inventory/interpret-pod-detail.ts';
import {
  interpretAnnotations,
  interpretEnvoyFilter,
} from '../../../src/domain/inventory/interpret-sensitive.ts';
import { matchesSelector } from '../../../src/domain/inventory/match-selector.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes-object.ts';
import { namespaceObject, podObject, workloadObject } from '../../support/kubernetes-objects.ts';

describe('a CustomResourceDefinition', () => {
  it('is told with its versions, also those that objects may lie in', () => {
    const crd: KubernetesObject = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: {
        name: 'gateways.gateway.networking.k8s.io',
        annotations: { 'gateway.networking.k8s.io/bundle-version': 'v1.2.1' },
      },
      spec: {
        group: 'gateway.networking.k8s.io',
        versions: [
          { name: 'v1', served: true, storage: true },
          { name: 'v1beta1', served: true, storage: false },
          { name: 'v1alpha2', served: false, storage: false },
        ],
      },
      status: { storedVersions: ['v1beta1', 'v1'] },
    };

    expect(interpretCrd(crd)).toEqual({
      name: 'gateways.gateway.networking.k8s.io',
      group: 'gateway.networking.k8s.io',
      served: ['v1', 'v1beta1'],
      storage: 'v1',
      stored: ['v1beta1', 'v1'],
      bundleVersion: 'v1.2.1',
    });
  });

  it.each([
    ['envoyfilters.networking.istio.io', true],
    ['httproutes.gateway.networking.k8s.io', true],
    ['stages.kwok.x-k8s.io', false],
    ['gateways.notistio.io', false],
  ])('%s concerns the mesh: %p', (name, concerns) => {
    expect(isMeshCrd(name)).toBe(concerns);
  });
});

describe('a version-sensitive resource', () => {
  it('is an EnvoyFilter with the proxy versions that it is bound to', () => {
    const patch = (proxyVersion?: string) => ({ match: { proxy: { proxyVersion } } });
    const filter = workloadObject('EnvoyFilter', 'lua', {
      spec: { configPatches: [patch('^1\\.25.*'), patch(), patch('^1\\.25.*')] },
    });

    expect(interpretEnvoyFilter(filter)).toEqual({
      subject: 'EnvoyFilter shop/lua',
      kind: 'envoy-filter',
      details: ['^1\\.25.*'],
    });
  });

  const annotated = (annotations: Record<string, string>, labels: Record<string, string> = {}) =>
    workloadObject('Deployment', 'cart', {
      metadata: { labels },
      spec: { template: { metadata: { annotations } } },
    });
  const found = (workload: KubernetesObject) =>
    interpretAnnotations({ services: [], workloads: [workload], pods: [] });

  it('is a workload with alpha annotations, and one with deprecated ones', () => {
    const both = annotated({
      'sidecar.istio.io/statsInclusionPrefixes': 'x',
      'sidecar.istio.io/proxyCPU': '1',
      'example.com/other': 'x',
    });

    expect(found(both)).toEqual([
      {
        subject: 'Deployment shop/cart',
        kind: 'alpha-annotation',
        details: ['sidecar.istio.io/proxyCPU'],
      },
      {
        subject: 'Deployment shop/cart',
        kind: 'deprecated-annotation',
        details: ['sidecar.istio.io/statsInclusionPrefixes'],
      },
    ]);
  });

  it('is not what Istio installed itself', () => {
    const annotations = { 'sidecar.istio.io/proxyCPU': '1' };
    expect(found(annotated(annotations))).toHaveLength(1);

    expect(found(annotated(annotations, { app: 'istiod' }))).toEqual([]);
  });

  it('is a pod only when no template repeats its annotations', () => {
    const annotations = { 'sidecar.istio.io/proxyCPU': '1' };
    const pod = (metadata: object) =>
      interpretPodDetail(podObject('debug', undefined, { metadata: { annotations, ...metadata } }));
    const owned = pod({
      ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x', controller: true }],
    });

    expect(
      interpretAnnotations({ services: [], workloads: [], pods: [pod({}), owned] }),
    ).toHaveLength(1);
  });
});

describe('somebody else who keeps a mesh', () => {
  it.each([
    ['Argo CD', { annotations: { 'argocd.argoproj.io/tracking-id': 'x' } }],
    ['Flux', { labels: { 'kustomize.toolkit.fluxcd.io/name': 'x' } }],
    ['Helm', { annotations: { 'meta.helm.sh/release-name': 'x' } }],
  ])('is %s by the marks on an object', (who, metadata) => {
    const marked = { ...namespaceObject('istio-system'), metadata: { name: 'x', ...metadata } };

    expect(interpretOperators([namespaceObject('istio-system')], [])).toEqual([]);
    expect(interpretOperators([marked], []).map((mark) => mark.who)).toEqual([who]);
  });

  it('is whoever has a custom resource that asks for a mesh', () => {
    const istio = {
      apiVersion: 'sailoperator.io/v1',
      kind: 'Istio',
      metadata: { name: 'default' },
    };

    expect(interpretOperators([], [istio])).toEqual([
      { who: 'Sail Operator', subject: 'Istio default', evidence: 'Istio of sailoperator.io' },
    ]);
  });

  it('is not Helm for the label that istioctl sets as well', () => {
    const labels = { 'app.kubernetes.io/managed-by': 'Helm' };

    expect(interpretOperators([namespaceObject('istio-system', labels)], [])).toEqual([]);
  });
});

describe('namespaces', () => {
  it('come by name, with their labels and roots', () => {
    const both = namespaceObject('b', {
      'istio-injection': 'enabled',
      'istio.io/rev': 'x',
      'istio.io/dataplane-mode': 'ambient',
    });

    expect(
      interpretNamespaceDetails(
        [both, namespaceObject('a', { 'istio.io/rev': 'x' })],
        [{ namespace: 'b', digest: 'sha256:root' }],
      ),
    ).toEqual([
      { name: 'a', hasBothLabels: false, managers: [] },
      {
        name: 'b',
        hasBothLabels: true,
        dataplaneMode: 'ambient',
        rootDigest: 'sha256:root',
        managers: [],
      },
    ]);
  });
});

describe('a budget', () => {
  const budget = (spec: object) =>
    interpretBudget(workloadObject('PodDisruptionBudget', 'cart', { spec }));

  it('with an empty selector selects every pod, and without one none', () => {
    expect(matchesSelector(budget({ selector: {} }).selector, { app: 'cart' })).toBe(true);
    expect(matchesSelector(budget({}).selector, { app: 'cart' })).toBe(false);
  });

  it.each([
    ['that its controller has seen lets go what it says', 2, 3],
    ['that was changed since its controller saw it lets nobody go', 1, 0],
  ])('%s', (_rule, observedGeneration, disruptionsAllowed) => {
    const status = { observedGeneration, disruptionsAllowed: 3 };
    const metadata = { generation: 2 };

    expect(
      interpretBudget(workloadObject('PodDisruptionBudget', 'cart', { metadata, status })),
    ).toMatchObject({ disruptionsAllowed });
  });
});

describe('an autoscaler', () => {
  it('without a minimum may go down to one', () => {
    const spec = { scaleTargetRef: { kind: 'Deployment', name: 'cart' }, maxReplicas: 4 };

    expect(
      interpretAutoscaler(workloadObject('HorizontalPodAutoscaler', 'cart', { spec })),
    ).toEqual({
      namespace: 'shop',
      name: 'cart',
      target: { kind: 'Deployment', name: 'cart' },
      min: 1,
      max: 4,
    });
  });
});
