import { annotate, create, edit, patch, withdraw, type Change, type Scenario } from './scenario.ts';

const ROLE = 'ClusterRole istiod-clusterrole-1-25-1-istio-system';
const CHANGED = 'CustomResourceDefinition proxyconfigs.networking.istio.io';
const BUDGET = 'PodDisruptionBudget istio-system/istiod-1-26-1';

/** What only the whole plan tells: the target's own istioctl, its release, and the rights that steps need. */
export const INSTALLATION_SCENARIOS: readonly Scenario[] = [
  {
    code: 'IstioctlAnalyze',
    severity: 'overridable',
    subject: /VirtualService.*shop.*IST0101/,
    name: 'a VirtualService of a Gateway that does not exist',
    through: 'plan',
    given: [virtualService('absent')],
    near: { given: [virtualService('mesh')] },
  },
  {
    code: 'IstioctlPrecheck',
    severity: 'info',
    subject: /Service shop.catalog.*\(IST0136\)/,
    name: "an alpha annotation, as the target's own precheck has it",
    through: 'plan',
    given: [annotate('Service shop/catalog', { 'networking.istio.io/exportTo': '.' })],
    near: { given: [annotate('Service shop/catalog', { 'example.com/exportTo': '.' })] },
  },
  {
    code: 'DirectEdit',
    severity: 'overridable',
    subject: CHANGED,
    name: 'somebody wrote a field of a CRD that the target writes; one of their own is theirs',
    through: 'plan',
    given: [patch(CHANGED, { metadata: { labels: { 'operator.istio.io/version': 'edited' } } })],
    near: { given: [patch(CHANGED, { metadata: { labels: { team: 'mesh' } } })] },
  },
  {
    code: 'StoredVersionMissing',
    severity: 'blocking',
    subject: CHANGED,
    name: 'objects stored in a version that the target does not have; offered alone it does not matter',
    through: 'plan',
    given: [
      edit(CHANGED, { '/spec/versions/-': experimental() }),
      edit(CHANGED, { '/status/storedVersions/-': 'v1experimental1' }, 'status'),
    ],
    near: { given: [edit(CHANGED, { '/spec/versions/-': experimental() })] },
  },
  {
    code: 'ReleaseRefused',
    severity: 'blocking',
    subject: BUDGET,
    name: 'a budget of that name asks the other way round, and both ways are invalid; the same way is not',
    through: 'plan',
    given: [create(BUDGET, { spec: { maxUnavailable: 1 } })],
    near: { given: [create(BUDGET, { spec: { minAvailable: 1 } })] },
  },
  {
    code: 'ValuesNotRecovered',
    severity: 'overridable',
    subject: `${ROLE} rules`,
    name: 'istiod was given a right by hand, which a new revision would not get',
    through: 'plan',
    given: [
      edit(ROLE, { '/rules/-': { apiGroups: [''], resources: ['limitranges'], verbs: ['get'] } }),
    ],
    near: { given: [annotate(ROLE, { team: 'mesh' })] },
  },
  {
    code: 'PermissionMissing',
    severity: 'blocking',
    subject: 'worker: create pods/eviction in shop',
    name: 'meshlift may not evict pods; a right that the plan does not use it need not have',
    through: 'plan',
    given: [withdraw('pods/eviction')],
    near: { given: [withdraw('canaries')] },
  },
];

/** A version that is there and in which nothing is served or stored. */
function experimental(): object {
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return { name: 'v1experimental1', served: false, storage: false, schema: { openAPIV3Schema } };
}

function virtualService(gateway: string): Change {
  return create('VirtualService shop/catalog', {
    spec: {
      hosts: ['catalog.shop.svc.cluster.local'],
      gateways: [gateway],
      http: [{ route: [{ destination: { host: 'catalog.shop.svc.cluster.local' } }] }],
    },
  });
}
