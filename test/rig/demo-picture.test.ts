import { expect, it } from '@jest/globals';
import { comparePictures } from '../../rig/demo/cluster/compare.ts';
import type { WebhookConfiguration, Workload } from '../../rig/demo/cluster/objects.ts';
import { describePicture, type PictureSources } from '../../rig/demo/cluster/picture.ts';

const injector: WebhookConfiguration = {
  metadata: {
    name: 'istio-revision-tag-prod',
    uid: 'one',
    labels: { 'istio.io/rev': '1-25-1', 'istio.io/tag': 'prod' },
  },
  webhooks: [
    {
      name: 'rev.namespace.sidecar-injector.istio.io',
      failurePolicy: 'Fail',
      clientConfig: {
        caBundle: 'AAAA',
        service: { namespace: 'istio-system', name: 'istiod-1-25-1' },
      },
    },
  ],
};
const workload: Workload = {
  kind: 'Deployment',
  metadata: { name: 'catalog', namespace: 'shop', uid: 'catalog' },
  spec: { replicas: 0, template: { spec: { containers: [{ name: 'app', image: 'a:1' }] } } },
};
const service = (uid: string) => ({
  metadata: { name: 'istiod', namespace: 'istio-system', uid, resourceVersion: uid },
  spec: { clusterIP: '10.96.0.9' },
});
const outsider = (image: string, resourceVersion: string) => ({
  metadata: { name: 'billing', namespace: 'legacy', resourceVersion },
  spec: { image },
});
const SOURCES: PictureSources = {
  namespaces: [{ metadata: { name: 'shop', labels: { 'istio.io/rev': 'prod' } } }],
  injectors: [injector],
  validators: [],
  meshObjects: { Service: [service('one')], ConfigMap: [] },
  outsiders: { Deployment: [outsider('b:1', '1')] },
  workloads: [workload],
  replicaSets: [],
  pods: [],
};

const differences = (change: Partial<PictureSources>): unknown =>
  comparePictures(describePicture(SOURCES), describePicture({ ...SOURCES, ...change })).map(
    ({ where, before, after }) => [where, before, after],
  );

it('sees no difference where there is none', () => {
  expect(differences({})).toEqual([]);
});

it('names the very label of a namespace that changed', () => {
  const labels = { 'istio.io/rev': '1-26-1' };

  expect(differences({ namespaces: [{ metadata: { name: 'shop', labels } }] })).toEqual([
    ['Namespace shop labels istio.io/rev', '"prod"', '"1-26-1"'],
  ]);
});

it('leaves out the caBundle of a webhook and nothing else', () => {
  const [webhook] = injector.webhooks ?? [];
  if (webhook === undefined) throw new Error('there is a webhook');
  const withBundle = { ...webhook, clientConfig: { ...webhook.clientConfig, caBundle: 'BBBB' } };
  const where = `MutatingWebhookConfiguration istio-revision-tag-prod webhooks ${webhook.name} failurePolicy`;

  expect(differences({ injectors: [{ ...injector, webhooks: [withBundle] }] })).toEqual([]);
  expect(
    differences({
      injectors: [{ ...injector, webhooks: [{ ...withBundle, failurePolicy: 'Ignore' }] }],
    }),
  ).toEqual([[where, '"Fail"', '"Ignore"']]);
});

it('tells which control plane a tag selects', () => {
  expect(describePicture(SOURCES)['tag prod selects']).toEqual({
    revision: '1-25-1',
    calls: ['istiod-1-25-1'],
  });
});

it('sees that a Service of the mesh is another one, though it looks the same', () => {
  expect(differences({ meshObjects: { Service: [service('two')], ConfigMap: [] } })).toEqual([
    ['Service istio-system/istiod uid', '"one"', '"two"'],
  ]);
});

it("does not compare the product's own record", () => {
  const record = { metadata: { name: 'meshlift-run-1-plan', namespace: 'istio-system' } };
  const settings = { metadata: { name: 'istio-1-26-1', namespace: 'istio-system' } };
  const withMaps = (ConfigMap: (typeof record)[]) =>
    differences({ meshObjects: { Service: [service('one')], ConfigMap } });

  expect(withMaps([record])).toEqual([]);
  expect(withMaps([settings])).toEqual([
    ['ConfigMap istio-system/istio-1-26-1', 'absent', expect.any(String)],
  ]);
});

it('sees a changed pod template', () => {
  const changed = { containers: [{ name: 'app', image: 'a:2' }] };
  const spec = { ...workload.spec, template: { spec: changed } };

  expect(differences({ workloads: [{ ...workload, spec }] })).toEqual([
    ['Deployment shop/catalog pod template spec containers 0 image', '"a:1"', '"a:2"'],
  ]);
});

it('compares what is outside of the mesh whole, but for the book-keeping of the API server', () => {
  expect(differences({ outsiders: { Deployment: [outsider('b:1', '2')] } })).toEqual([]);
  expect(differences({ outsiders: { Deployment: [outsider('b:2', '1')] } })).toEqual([
    ['Deployment legacy/billing (untouched) spec image', '"b:1"', '"b:2"'],
  ]);
});
