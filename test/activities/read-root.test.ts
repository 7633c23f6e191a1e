import { expect, it } from '@jest/globals';
import { readRoot } from '../../src/activities/health/read-root.ts';
import { createFakeKubernetes } from '../support/fake-kubernetes.ts';
import { mutatingWebhook } from '../support/kubernetes-objects.ts';

const ROOT = 'Uk9PVA==';

it.each([
  ['1-25-1', 'istio-system', 'istio-sidecar-injector-1-25-1'],
  ['default', 'istio-system', 'istio-sidecar-injector'],
  ['1-25-1', 'mesh', 'istio-sidecar-injector-1-25-1-mesh'],
  ['default', 'mesh', 'istio-sidecar-injector-mesh'],
])('the root of revision %s in namespace %s stands in %s', async (revision, namespace, name) => {
  const cluster = createFakeKubernetes();
  expect(await readRoot(cluster, namespace, revision)).toBeUndefined();
  const webhooks = [{ name: 'rev.istio.io', clientConfig: { caBundle: ROOT } }];
  cluster.place({ ...mutatingWebhook(name, { 'istio.io/rev': revision }), webhooks });

  expect(await readRoot(cluster, namespace, revision)).toBe(ROOT);
});

it('a root that istiod has not written yet is not known', async () => {
  const cluster = createFakeKubernetes();
  const webhooks = [{ name: 'rev.istio.io', clientConfig: { caBundle: '' } }];
  cluster.place({ ...mutatingWebhook('istio-sidecar-injector', {}), webhooks });

  expect(await readRoot(cluster, 'istio-system', 'default')).toBeUndefined();
});
