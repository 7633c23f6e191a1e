import { describe, expect, it } from '@jest/globals';
import { inApplyOrder } from '../../src/installers/istioctl/apply-order.ts';
import { digestOf } from '../../src/clients/digest.ts';
import { generateArguments } from '../../src/installers/istioctl/generate.ts';
import { ManifestError } from '../../src/installers/istioctl/manifest.ts';
import { withOwnerLabels } from '../../src/installers/istioctl/owner-labels.ts';
import { assertComponent } from '../../src/installers/istioctl/render.ts';
import { kubernetesObject } from './support.ts';

describe('withOwnerLabels', () => {
  const owner = { version: '1.26.1', revision: '1-26-1', meshNamespace: 'istio-system' };

  it('sets what istioctl install sets, over labels of an earlier version, and keeps the rest', () => {
    const object = kubernetesObject('ConfigMap', 'istio', {
      metadata: { labels: { app: 'istiod', 'operator.istio.io/version': '1.25.1' } },
    });

    expect(withOwnerLabels({ component: 'Pilot', object }, owner).metadata.labels).toEqual({
      app: 'istiod',
      'install.operator.istio.io/owning-resource-namespace': 'istio-system',
      'istio.io/rev': '1-26-1',
      'operator.istio.io/component': 'Pilot',
      'operator.istio.io/managed': 'Reconcile',
      'operator.istio.io/version': '1.26.1',
    });
  });

  it('names the IstioOperator where there is one', () => {
    const object = kubernetesObject('ConfigMap', 'istio');

    const labelled = withOwnerLabels({ component: 'Base', object }, { ...owner, name: 'platform' });

    expect(labelled.metadata.labels).toMatchObject({
      'install.operator.istio.io/owning-resource': 'platform',
    });
  });
});

describe('assertComponent', () => {
  it('takes an object that names no component or its own', () => {
    const labelled = kubernetesObject('Deployment', 'istiod', {
      metadata: { labels: { 'operator.istio.io/component': 'Pilot' } },
    });

    expect(() => assertComponent(labelled, 'Pilot')).not.toThrow();
    expect(() => assertComponent(kubernetesObject('Deployment', 'istiod'), 'Pilot')).not.toThrow();
  });

  it('refuses an object whose own label says otherwise', () => {
    const labelled = kubernetesObject('Deployment', 'istiod', {
      metadata: { labels: { 'operator.istio.io/component': 'Cni' } },
    });

    expect(() => assertComponent(labelled, 'Pilot')).toThrow(ManifestError);
  });
});

describe('inApplyOrder', () => {
  const inOrder = [
    ['Base', 'CustomResourceDefinition'],
    ['Base', 'ServiceAccount'],
    ['Pilot', 'ServiceAccount'],
    ['Pilot', 'ClusterRole'],
    ['Pilot', 'ClusterRoleBinding'],
    ['Pilot', 'ConfigMap'],
    ['Pilot', 'SomethingNew'],
    ['Pilot', 'Service'],
    ['Pilot', 'Deployment'],
    ['Pilot', 'HorizontalPodAutoscaler'],
    ['Pilot', 'ValidatingWebhookConfiguration'],
    ['Pilot', 'MutatingWebhookConfiguration'],
  ] as const;
  const objects = inOrder.map(([component, kind]) => ({
    component,
    object: kubernetesObject(kind, 'x'),
  }));

  it.each([
    ['turned round', [...objects].reverse()],
    ['sorted by kind', [...objects].sort((a, b) => (a.object.kind < b.object.kind ? -1 : 1))],
  ])('puts what others need first, whatever the order was: %s', (_what, shuffled) => {
    expect(inApplyOrder(shuffled)).toEqual(objects);
  });
});

describe('digestOf', () => {
  it('does not depend on the order of keys', () => {
    expect(digestOf({ a: 1, b: [2, { d: 3, c: 4 }] })).toBe(
      digestOf({ b: [2, { c: 4, d: 3 }], a: 1 }),
    );
  });

  it('depends on content and on the order of lists', () => {
    const digests = [
      [1, 2],
      [2, 1],
      ['1', 2],
    ].map(digestOf);

    expect(new Set(digests).size).toBe(3);
  });
});

describe('generateArguments', () => {
  it.each([
    [false, ['manifest', 'generate', '--filename', '/tmp/x.json']],
    [true, ['manifest', 'generate', '--filename', '/tmp/x.json', '--force']],
  ])('with force %s', (force, args) => {
    expect(generateArguments('/tmp/x.json', { force })).toEqual(args);
  });
});
