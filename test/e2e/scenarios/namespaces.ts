import { create, label, remove, type Scenario } from './scenario.ts';

const ARGO = { 'argocd.argoproj.io/instance': 'shops' };

/** How namespaces choose who injects, and what a proxy needs of them. */
export const NAMESPACE_SCENARIOS: readonly Scenario[] = [
  {
    code: 'NamespaceHasBothLabels',
    severity: 'overridable',
    subject: 'Namespace search',
    name: 'istio-injection wins over a label that names another revision',
    given: [label('Namespace search', { 'istio.io/rev': '1-24-0' })],
    near: {
      given: [label('Namespace search', { 'istio-injection': null, 'istio.io/rev': '1-25-1' })],
    },
  },
  {
    code: 'NamespaceHasBothLabels',
    severity: 'info',
    subject: 'Namespace shop',
    name: 'both labels name the same revision',
    given: [label('Namespace shop', { 'istio-injection': 'enabled' })],
    near: { given: [label('Namespace shop', { 'istio-injection-by': 'enabled' })] },
  },
  {
    code: 'NamespaceSelectsNothing',
    severity: 'overridable',
    subject: 'Namespace legacy',
    name: 'a label that names no revision and no tag',
    given: [label('Namespace legacy', { 'istio.io/rev': '1-24-0' })],
    near: { given: [label('Namespace legacy', { 'istio.io/rev': '1-25-1' })] },
  },
  {
    code: 'SidecarWouldBeGained',
    severity: 'overridable',
    subject: 'Deployment legacy/billing',
    name: 'a namespace was labelled, and its pods were not restarted since',
    given: [label('Namespace legacy', { 'istio.io/rev': 'prod-stable' })],
    near: { given: [label('Namespace legacy', { 'istio-injection': 'disabled' })] },
  },
  {
    code: 'SidecarWouldBeLost',
    severity: 'overridable',
    subject: 'Deployment shop/catalog',
    name: 'a namespace lost its label, and its pods were not restarted since',
    given: [label('Namespace shop', { 'istio.io/rev': null })],
    near: { given: [label('Namespace shop', { 'istio.io/rev': 'prod-stable' })] },
  },
  {
    code: 'NamespaceManagedElsewhere',
    severity: 'overridable',
    subject: 'Namespace shop',
    name: 'Git owns a namespace whose label names the revision; with a tag its label stays',
    given: [label('Namespace shop', ARGO)],
    near: { given: [label('Namespace shop', { ...ARGO, 'istio.io/rev': 'prod-stable' })] },
  },
  {
    code: 'NamespaceManagedElsewhere',
    severity: 'info',
    subject: 'Namespace search',
    name: 'Flux owns a namespace whose label comes back at the end',
    given: [label('Namespace search', { 'kustomize.toolkit.fluxcd.io/name': 'search' })],
    near: { given: [label('Namespace legacy', { 'kustomize.toolkit.fluxcd.io/name': 'search' })] },
  },
  {
    code: 'RootCertificateMissing',
    severity: 'overridable',
    subject: 'Namespace search',
    name: 'istiod may not write the root certificate; while it is there nothing is wrong',
    given: [noConfigMapsIn('search'), remove('ConfigMap search/istio-ca-root-cert')],
    near: { given: [noConfigMapsIn('search')] },
  },
];

/** No new ConfigMap comes past such a quota. */
function noConfigMapsIn(namespace: string): Scenario['given'][number] {
  return create(`ResourceQuota ${namespace}/frozen`, {
    spec: { hard: { 'count/configmaps': '0' } },
  });
}
