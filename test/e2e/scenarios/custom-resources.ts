import { create, edit, patch, withdraw, type Change, type Scenario } from './scenario.ts';

const WATCHED = 'CustomResourceDefinition httproutes.gateway.networking.k8s.io';
const TEMPLATE_POD = { containers: [{ name: 'app', image: 'registry.k8s.io/pause:3.10' }] };
const CHANGED = 'CustomResourceDefinition proxyconfigs.networking.istio.io';

/** Kinds of others, and configuration that the target would read otherwise. */
export const CUSTOM_RESOURCE_SCENARIOS: readonly Scenario[] = [
  {
    code: 'MeshManagedElsewhere',
    severity: 'blocking',
    subject: 'Istio default',
    name: 'the Sail Operator is asked for a mesh; that it could be asked is nothing',
    given: [definition('sailoperator.io', 'Istio', ['v1'], 'Cluster'), create('Istio default')],
    near: { given: [definition('sailoperator.io', 'Istio', ['v1'], 'Cluster')] },
  },
  {
    code: 'ProgressiveDelivery',
    severity: 'overridable',
    subject: 'Deployment shop/catalog',
    name: 'Flagger watches the pod template of a workload',
    given: [definition('flagger.app', 'Canary', ['v1beta1']), canaryOf('shop')],
    near: { given: [definition('flagger.app', 'Canary', ['v1beta1']), canaryOf('legacy')] },
  },
  {
    code: 'WorkloadCannotBeMoved',
    severity: 'blocking',
    subject: /^(ReplicaSet|Rollout) shop\/tiles/,
    name: 'the pods of an Argo Rollout',
    given: [
      definition('argoproj.io', 'Rollout', ['v1alpha1']),
      rolloutOf('tiles'),
      podOfRollout('tiles', {}),
    ],
    near: {
      given: [
        definition('argoproj.io', 'Rollout', ['v1alpha1']),
        rolloutOf('tiles'),
        podOfRollout('tiles', { 'sidecar.istio.io/inject': 'false' }),
      ],
    },
  },
  {
    code: 'GatewayApiVersion',
    severity: 'blocking',
    subject: WATCHED,
    name: 'a Gateway API that serves nothing that istiod reads',
    given: [gatewayApi(['v1alpha2'])],
    near: { given: [gatewayApi(['v1', 'v1beta1'])] },
  },
  {
    code: 'GatewayApiVersion',
    severity: 'info',
    subject: WATCHED,
    name: 'a Gateway API that serves no v1 yet',
    given: [gatewayApi(['v1beta1'])],
    near: { given: [gatewayApi(['v1', 'v1beta1'])] },
  },
  {
    code: 'EnvoyFilterBoundToVersion',
    severity: 'overridable',
    subject: 'EnvoyFilter shop/headers',
    name: 'an EnvoyFilter that the target does not match',
    given: [envoyFilter(String.raw`^1\.25.*`)],
    near: { given: [envoyFilter(String.raw`^1\.2[56].*`)] },
  },
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
    severity: 'blocking',
    subject: /httproutes\.gateway\.networking\.k8s\.io/,
    name: "a Gateway API that is too old for the target's own precheck",
    through: 'plan',
    given: [gatewayApi(['v1alpha2', 'v1'])],
    near: { given: [gatewayApi(['v1', 'v1beta1'])] },
  },
  {
    code: 'InstallerDriftOnShared',
    severity: 'blocking',
    subject: CHANGED,
    name: 'somebody wrote a field of a CRD that the target writes; one of their own is theirs',
    through: 'plan',
    given: [patch(CHANGED, { metadata: { labels: { 'operator.istio.io/component': 'Edited' } } })],
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
    code: 'ValuesNotRecovered',
    severity: 'overridable',
    subject: /^PodDisruptionBudget istio-system\/istiod-1-25-1 /,
    name: "somebody changed istiod's budget by hand; an annotation is nobody's value",
    through: 'plan',
    given: [
      patch('PodDisruptionBudget istio-system/istiod-1-25-1', { spec: { minAvailable: '50%' } }),
    ],
    near: {
      given: [
        patch('PodDisruptionBudget istio-system/istiod-1-25-1', {
          metadata: { annotations: { team: 'mesh' } },
        }),
      ],
    },
  },
  {
    code: 'PermissionMissing',
    severity: 'blocking',
    subject: 'worker: create pods/eviction',
    name: 'meshlift may not evict pods; a right that the plan does not use it need not have',
    through: 'plan',
    given: [withdraw('pods/eviction')],
    near: { given: [withdraw('canaries')] },
  },
];

/** As little of a definition as makes a kind; the first version is the stored one. */
function definition(
  group: string,
  kind: string,
  versions: readonly string[],
  scope: 'Namespaced' | 'Cluster' = 'Namespaced',
): Change {
  const singular = kind.toLowerCase();
  const plural = `${singular}s`.replace(/ys$/, 'ies');
  return create(`CustomResourceDefinition ${plural}.${group}`, {
    // The API server wants it for groups of k8s.io.
    metadata: { annotations: { 'api-approved.kubernetes.io': 'unapproved, a test' } },
    spec: {
      group,
      scope,
      names: { kind, listKind: `${kind}List`, plural, singular },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      })),
    },
  });
}

function gatewayApi(versions: readonly string[]): Change {
  return definition('gateway.networking.k8s.io', 'HTTPRoute', versions);
}

/** A version that is there and in which nothing is served or stored. */
function experimental(): object {
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return { name: 'v1experimental1', served: false, storage: false, schema: { openAPIV3Schema } };
}

function canaryOf(namespace: string): Change {
  return create(`Canary ${namespace}/catalog`, {
    spec: { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'catalog' } },
  });
}

function rolloutOf(name: string): Change {
  return create(`Rollout shop/${name}`, {
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: TEMPLATE_POD },
    },
  });
}

/** Nobody runs Argo here: this is a pod as its controller would leave one, of a ReplicaSet of its own. */
function podOfRollout(name: string, labels: Readonly<Record<string, string>>): Change {
  return create(`ReplicaSet shop/${name}-abc`, {
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name, ...labels } }, spec: TEMPLATE_POD },
    },
  });
}

function envoyFilter(proxyVersion: string): Change {
  return create('EnvoyFilter shop/headers', {
    spec: {
      configPatches: [
        {
          applyTo: 'CLUSTER',
          match: { context: 'ANY', proxy: { proxyVersion } },
          patch: { operation: 'MERGE', value: { connect_timeout: '5s' } },
        },
      ],
    },
  });
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
