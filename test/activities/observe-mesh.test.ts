import { expect, it } from '@jest/globals';
import { observeMesh } from '../../src/activities/inspect-mesh.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import { mutatingWebhook, namespaceObject, workloadObject } from '../support/kubernetes-objects.ts';

/** Scaled to none, in the namespace `legacy`. */
function deployment(name: string, labels: Readonly<Record<string, string>>): KubernetesObject {
  return workloadObject('Deployment', name, {
    metadata: { namespace: 'legacy' },
    spec: { replicas: 0, template: { metadata: { labels } } },
  });
}

function workloadsIn(namespaceLabels: Readonly<Record<string, string>>): readonly string[] {
  const tag = { 'istio.io/rev': '1-25-1', 'istio.io/tag': 'prod' };
  const mesh = observeMesh(
    {
      clusterUid: 'uid',
      kubernetesVersion: 'v1.33.1',
      istiods: [],
      mutatingWebhooks: [mutatingWebhook('istio-revision-tag-prod', tag)],
      namespaces: [namespaceObject('legacy', namespaceLabels)],
      workloads: [
        deployment('asking', { 'sidecar.istio.io/inject': 'true' }),
        deployment('plain', {}),
        deployment('tagged', { 'istio.io/rev': 'prod' }),
        deployment('wrong', { 'istio.io/rev': 'typo' }),
      ],
      replicaSets: [],
      pods: [],
    },
    { cluster: 'demo', meshNamespace: 'istio-system' },
  );
  return mesh.workloads.map(({ name }) => name);
}

it('a workload without pods is in the mesh when labels of its pods would bring them a proxy', () => {
  expect(workloadsIn({})).toEqual(['asking', 'tagged']);
});

it('where the namespace has a label of its own, that one decides for all', () => {
  expect(workloadsIn({ 'istio.io/rev': 'prod' })).toEqual(['asking', 'plain', 'tagged', 'wrong']);
  expect(workloadsIn({ 'istio-injection': 'disabled' })).toEqual([]);
});
