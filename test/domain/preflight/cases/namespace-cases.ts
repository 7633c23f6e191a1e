import {
  NAMESPACE_ROOTS,
  type NamespaceDetail,
} from '../../../../src/domain/inventory/namespace-detail.ts';
import type { ObservedNamespace } from '../../../../src/domain/mesh/observed-mesh.ts';
import { namespaceDetail, sampleInventory } from '../../../support/sample-inventory.ts';
import { facts, namespace, namespaceByTag, sampleMesh } from '../../../support/sample-mesh.ts';
import { without } from '../../../support/without.ts';
import { found, inPlace, type RuleCase } from '../rule-case.ts';

function withNamespace(added: ObservedNamespace, detail: Partial<NamespaceDetail> = {}) {
  const mesh = sampleMesh({ namespaces: [...sampleMesh().namespaces, added] });
  const namespaces = [
    ...sampleInventory(sampleMesh()).namespaces,
    namespaceDetail(added.name, detail),
  ];
  return facts({ mesh, inventory: sampleInventory(mesh, { namespaces }) });
}

function withDetails(...changed: readonly NamespaceDetail[]) {
  const { namespaces } = sampleInventory(sampleMesh());
  return found({
    namespaces: namespaces.map((each) => changed.find(({ name }) => name === each.name) ?? each),
  });
}

const both = (revision: string, injection = 'enabled') => ({
  'istio-injection': injection,
  'istio.io/rev': revision,
});

function hasBoth(revision: string) {
  return withNamespace(
    namespace('twice', {
      labels: both(revision),
      selection: { kind: 'injection-label', revision: '1-25-1' },
    }),
    { hasBothLabels: true },
  );
}

function unreadRoots() {
  const { namespaces } = sampleInventory(sampleMesh());
  return found({
    namespaces: namespaces.map((each) => without(each, 'rootDigest')),
    unread: [{ what: NAMESPACE_ROOTS, why: 'forbidden' }],
  });
}

/** Namespaces: what their labels mean, who owns them, what is in them. */
export const NAMESPACE_CASES: readonly RuleCase[] = [
  {
    code: 'NamespaceSelectsNothing',
    policy: 'asks about a namespace whose label names no revision and no tag',
    given: withNamespace(
      namespace('typo', {
        labels: { 'istio.io/rev': 'prod-stabel' },
        selection: { kind: 'nothing', label: 'istio.io/rev=prod-stabel' },
      }),
    ),
    expected: [['overridable', 'Namespace typo']],
    nearMiss: {
      what: 'one that opted out',
      given: withNamespace(
        namespace('out', {
          labels: { 'istio-injection': 'disabled' },
          selection: { kind: 'opted-out' },
        }),
      ),
    },
  },
  {
    code: 'NamespaceSelectsNothing',
    policy: 'asks about a namespace that follows a default which does not exist',
    given: withNamespace(
      namespace('typo', {
        labels: { 'istio-injection': 'enabled' },
        selection: { kind: 'injection-label' },
      }),
    ),
    expected: [['overridable', 'Namespace typo']],
    nearMiss: {
      what: 'one that follows a default',
      given: withNamespace(
        namespace('good', {
          labels: { 'istio-injection': 'enabled' },
          selection: { kind: 'injection-label', revision: '1-25-1' },
        }),
      ),
    },
  },
  {
    code: 'NamespaceHasBothLabels',
    policy: 'asks about both labels where they mean different things',
    given: hasBoth('1-26-1'),
    expected: [['overridable', 'Namespace twice']],
    nearMiss: {
      what: 'both where they mean the same: that is told',
      given: hasBoth('prod-stable'),
      expected: [['info', 'Namespace twice']],
    },
  },
  {
    code: 'NamespaceHasBothLabels',
    policy: 'asks about a namespace that opted out by one label and asks in by the other',
    given: withNamespace(
      namespace('twice', {
        labels: both('prod-stable', 'disabled'),
        selection: { kind: 'opted-out' },
      }),
      { hasBothLabels: true },
    ),
    expected: [['overridable', 'Namespace twice']],
    nearMiss: {
      what: 'one that only opted out',
      given: withNamespace(
        namespace('out', {
          labels: { 'istio-injection': 'disabled' },
          selection: { kind: 'opted-out' },
        }),
      ),
    },
  },
  {
    code: 'NamespaceManagedElsewhere',
    policy: 'asks about a namespace by revision that Git would label back',
    given: withDetails(namespaceDetail('billing', { managers: ['Argo CD: label a=b'] })),
    expected: [['overridable', 'Namespace billing']],
    nearMiss: {
      what: 'a namespace by tag, whose label never changes',
      given: withDetails(namespaceDetail('shop', { managers: ['Argo CD: label a=b'] })),
    },
  },
  {
    code: 'NamespaceManagedElsewhere',
    policy: 'tells of a namespace whose label changes for a while',
    given: withDetails(namespaceDetail('orders', { managers: ['Flux: label a=b'] })),
    expected: [['info', 'Namespace orders']],
    nearMiss: {
      what: 'an upgrade in place, which changes no label',
      given: inPlace(
        withDetails(
          namespaceDetail('orders', { managers: ['Flux: label a=b'] }),
          namespaceDetail('billing', { managers: ['Flux: label a=b'] }),
        ),
      ),
    },
  },
  {
    code: 'NamespaceManagedElsewhere',
    policy: 'tells of a namespace that names the default tag, which follows the default too',
    given: withNamespace(namespaceByTag('byname', 'default'), { managers: ['Flux: label a=b'] }),
    expected: [['info', 'Namespace byname']],
    nearMiss: {
      what: 'one that names another tag',
      given: withNamespace(namespaceByTag('byname', 'prod-stable'), {
        managers: ['Flux: label a=b'],
      }),
    },
  },
  {
    code: 'RootCertificateMissing',
    policy: 'asks about a meshed namespace without the root certificate',
    given: withDetails(without(namespaceDetail('shop'), 'rootDigest')),
    expected: [['overridable', 'Namespace shop']],
    nearMiss: {
      what: 'a namespace outside of the mesh',
      given: withDetails(without(namespaceDetail('bystander'), 'rootDigest')),
    },
  },
  {
    code: 'RootCertificateMissing',
    policy: 'asks about every namespace that has none, though others have',
    given: withDetails(
      without(namespaceDetail('orders'), 'rootDigest'),
      without(namespaceDetail('shop'), 'rootDigest'),
    ),
    expected: [
      ['overridable', 'Namespace orders'],
      ['overridable', 'Namespace shop'],
    ],
    nearMiss: {
      what: 'namespaces whose root certificates could not be read: that is another finding',
      given: unreadRoots(),
    },
  },
  {
    code: 'CaRootsDiffer',
    policy: 'asks about a namespace that holds another root than its istiod has',
    given: withDetails(namespaceDetail('shop', { rootDigest: 'sha256:0ld' })),
    expected: [['overridable', 'ConfigMap shop/istio-ca-root-cert']],
    nearMiss: {
      what: 'a namespace outside of the mesh',
      given: withDetails(namespaceDetail('bystander', { rootDigest: 'sha256:0ld' })),
    },
  },
];
