import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import { compareSnapshots } from '../../src/domain/snapshot/compare-snapshots.ts';
import {
  projectSnapshot,
  type SnapshotSources,
} from '../../src/domain/snapshot/project-snapshot.ts';
import {
  configMap,
  mutatingWebhook,
  namespaceObject,
  workloadObject,
} from '../support/kubernetes-objects.ts';
import { workload } from '../support/sample-mesh.ts';

const LABELS = { 'istio.io/rev': '1-25-1', 'istio.io/tag': 'prod' };

function sources(changes: Partial<SnapshotSources> = {}): SnapshotSources {
  return {
    namespaces: [namespaceObject('shop', { 'istio.io/rev': 'prod' })],
    webhookConfigurations: [mutatingWebhook('istio-revision-tag-prod', LABELS)],
    meshObjects: [configMap('istio-1-25-1', { mesh: 'x' }), service(), budget()],
    workloads: [
      workloadObject('Deployment', 'cart', { spec: { replicas: 2, template: { a: 1 } } }),
    ],
    meshed: [workload({ podsByRevision: { '1-26-1': 1, '1-25-1': 1 } })],
    digest: (value) => `digest of ${JSON.stringify(value)}`,
    ...changes,
  };
}

function service(changes: object = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'istiod-1-25-1',
      namespace: 'istio-system',
      uid: 'uid-service',
      resourceVersion: '3',
    },
    spec: { clusterIP: '10.0.0.1' },
    ...changes,
  };
}

function budget(): KubernetesObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: {
      name: 'istiod-1-25-1',
      namespace: 'istio-system',
      resourceVersion: '4',
      generation: 1,
    },
    spec: { minAvailable: 1 },
    status: { currentHealthy: 2 },
  };
}

describe('the projection that "restored" compares', () => {
  it('holds labels, webhooks without their CA, data, addresses, templates and proxies', () => {
    expect(projectSnapshot(sources())).toEqual({
      'Namespace shop labels.istio.io/rev': 'prod',
      'MutatingWebhookConfiguration istio-revision-tag-prod labels.istio.io/rev': '1-25-1',
      'MutatingWebhookConfiguration istio-revision-tag-prod labels.istio.io/tag': 'prod',
      'MutatingWebhookConfiguration istio-revision-tag-prod webhooks': [
        {
          name: 'rev.namespace.sidecar-injector.istio.io',
          failurePolicy: 'Fail',
          clientConfig: {
            service: {
              name: 'istiod-1-25-1',
              namespace: 'istio-system',
              path: '/inject',
              port: 443,
            },
          },
        },
      ],
      'ConfigMap istio-system/istio-1-25-1 data': 'digest of [{"mesh":"x"},null]',
      'Service istio-system/istiod-1-25-1 uid': 'uid-service',
      'Service istio-system/istiod-1-25-1 spec': { clusterIP: '10.0.0.1' },
      'PodDisruptionBudget istio-system/istiod-1-25-1 spec': { minAvailable: 1 },
      'Deployment shop/cart pod template': 'digest of {"a":1,"metadata":{"annotations":{}}}',
      'Deployment shop/cart revisions': '1-25-1, 1-26-1',
      'Deployment shop/cart ready pods': 2,
      'Deployment shop/cart missing pods': 0,
    });
  });

  it.each([
    [
      'a uid of a webhook',
      {
        webhookConfigurations: [
          {
            ...mutatingWebhook('istio-revision-tag-prod', LABELS),
            metadata: {
              name: 'istio-revision-tag-prod',
              uid: 'other',
              resourceVersion: '99',
              labels: LABELS,
            },
          },
        ],
      },
    ],
    [
      'versions and status',
      {
        meshObjects: [
          configMap('istio-1-25-1', { mesh: 'x' }, { metadata: { resourceVersion: '99' } }),
          service({ metadata: { ...service().metadata, resourceVersion: '99' }, status: {} }),
          { ...budget(), status: {} },
        ],
      },
    ],
    [
      'the count of replicas',
      {
        workloads: [
          workloadObject('Deployment', 'cart', { spec: { replicas: 5, template: { a: 1 } } }),
        ],
      },
    ],
  ])('does not hold %s', (_what, changes) => {
    expect(projectSnapshot(sources(changes))).toEqual(projectSnapshot(sources()));
  });

  it.each([
    [
      'a label',
      { namespaces: [namespaceObject('shop', { 'istio.io/rev': 'canary' })] },
      ['Namespace shop labels.istio.io/rev'],
    ],
    [
      'where a tag sends',
      {
        webhookConfigurations: [
          mutatingWebhook('istio-revision-tag-prod', LABELS, 'istiod-1-26-1'),
        ],
      },
      ['MutatingWebhookConfiguration istio-revision-tag-prod webhooks'],
    ],
    [
      'the uid of a Service',
      {
        meshObjects: [
          configMap('istio-1-25-1', { mesh: 'x' }),
          service({ metadata: { ...service().metadata, uid: 'new' } }),
          budget(),
        ],
      },
      ['Service istio-system/istiod-1-25-1 uid'],
    ],
    [
      'a pod template',
      { workloads: [workloadObject('Deployment', 'cart', { spec: { template: { a: 2 } } })] },
      ['Deployment shop/cart pod template'],
    ],
    [
      'a ready count',
      { meshed: [workload({ readyPods: 1, podsByRevision: { '1-26-1': 1, '1-25-1': 1 } })] },
      ['Deployment shop/cart missing pods', 'Deployment shop/cart ready pods'],
    ],
    [
      'a namespace more',
      { namespaces: [...sources().namespaces, namespaceObject('new', { team: 'x' })] },
      ['Namespace new labels.team'],
    ],
  ] as const)('shows %s', (_what, changes, places) => {
    const differences = compareSnapshots(
      projectSnapshot(sources()),
      projectSnapshot(sources(changes)),
    );

    expect(differences.map(({ path }) => path)).toEqual(places);
  });

  it('does not depend on the order of labels', () => {
    const before = projectSnapshot(
      sources({ namespaces: [namespaceObject('n', { a: '1', b: '2' })] }),
    );
    const after = projectSnapshot(
      sources({ namespaces: [namespaceObject('n', { b: '2', a: '1' })] }),
    );

    expect(compareSnapshots(before, after)).toEqual([]);
  });
});

describe('the comparison of two snapshots', () => {
  it('finds nothing between equal ones', () => {
    expect(compareSnapshots({ a: 1, b: { c: [1] } }, { b: { c: [1] }, a: 1 })).toEqual([]);
  });

  it('says what was expected and found, also where one side has nothing, in order', () => {
    expect(
      compareSnapshots(
        { gone: 'x', same: 1, changed: { a: 1 } },
        { same: 1, changed: { a: 2 }, added: null },
      ),
    ).toEqual([
      { path: 'added', expected: 'absent', found: 'null' },
      { path: 'changed', expected: '{"a":1}', found: '{"a":2}' },
      { path: 'gone', expected: '"x"', found: 'absent' },
    ]);
  });

  it('finds a difference behind the part that a report quotes', () => {
    const long = 'x'.repeat(1000);

    const [difference] = compareSnapshots({ a: `${long}1` }, { a: `${long}2` });

    expect(difference?.path).toBe('a');
    expect(difference?.found.length).toBeLessThan(310);
  });

  it('is not misled by names of the language', () => {
    const before = JSON.parse('{"__proto__": 1, "constructor": 1}') as Record<string, number>;

    expect(compareSnapshots(before, {}).map(({ path }) => path)).toEqual([
      '__proto__',
      'constructor',
    ]);
  });
});
