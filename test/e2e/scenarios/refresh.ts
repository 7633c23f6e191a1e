import { create, edit, type Change, type Scenario } from './scenario.ts';

const PROXY = 'docker.io/istio/proxyv2';
const DIGEST = `sha256:${'5'.repeat(64)}`;

/** What is said of proxies when they are to be refreshed: which are old, and which stay so. */
export const REFRESH_SCENARIOS: readonly Scenario[] = [
  {
    code: 'ProxiesCurrent',
    severity: 'info',
    subject: 'demo',
    name: 'a refresh of a mesh in which nothing is older; one pod with an older proxy is work',
    through: 'refresh',
    given: [],
    near: { given: [edit('Pod shop/carts-0', { '/spec/containers/1/image': `${PROXY}:1.25.0` })] },
  },
  {
    code: 'ProxyStays',
    severity: 'info',
    subject: 'Deployment shop/kept',
    name: 'a template that pins an older proxy; one that pins the proxy of its istiod is as new as it',
    through: 'refresh',
    given: [withProxy(`${PROXY}:1.24.0`)],
    near: { given: [withProxy(`${PROXY}:1.25.1`)] },
  },
  {
    code: 'ProxyAgeUnknown',
    severity: 'info',
    subject: 'Deployment shop/kept',
    name: 'a proxy by its digest alone; a tag beside the digest says the version',
    through: 'refresh',
    given: [withProxy(`${PROXY}@${DIGEST}`)],
    near: { given: [withProxy(`${PROXY}:1.25.1@${DIGEST}`)] },
  },
  {
    code: 'RefreshNeedsRevision',
    severity: 'blocking',
    subject: 'demo',
    name: 'a revision by which nothing is injected; a refresh of the one that injects is fine',
    through: 'refresh',
    given: [],
    question: { revision: '1-24-0' },
    near: { given: [], question: { revision: '1-25-1' } },
  },
  {
    code: 'ProxyNotRendered',
    severity: 'blocking',
    subject: 'revision 1-25-1',
    name: 'the Service of the injector is gone; that of a tag is not asked for a proxy',
    through: 'refresh',
    given: [withoutService('istio-sidecar-injector-1-25-1')],
    near: { given: [withoutService('istio-revision-tag-prod-stable')] },
  },
];

/** One pod in namespace shop, whose template says which proxy it gets. */
function withProxy(image: string): Change {
  const labels = { app: 'kept' };
  const annotations = { 'sidecar.istio.io/proxyImage': image };
  const containers = [{ name: 'app', image: 'registry.k8s.io/pause:3.10' }];
  return create('Deployment shop/kept', {
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels, annotations }, spec: { containers } },
    },
  });
}

/** Both webhooks of an injector, for labels of namespaces and of pods, send to a Service that is not there. */
function withoutService(injector: string): Change {
  return edit(`MutatingWebhookConfiguration ${injector}`, {
    '/webhooks/0/clientConfig/service/name': 'istiod-gone',
    '/webhooks/1/clientConfig/service/name': 'istiod-gone',
  });
}
