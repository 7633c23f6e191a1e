import { definition, gatewayApi } from './definition.ts';
import { create, type Change, type Scenario } from './scenario.ts';

const WATCHED = 'CustomResourceDefinition httproutes.gateway.networking.k8s.io';
const TEMPLATE_POD = { containers: [{ name: 'app', image: 'registry.k8s.io/pause:3.10' }] };

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
    name: 'Flagger watches the pod template of a workload that runs pods',
    given: [definition('flagger.app', 'Canary', ['v1beta1']), canaryOf('shop')],
    near: { given: [definition('flagger.app', 'Canary', ['v1beta1']), canaryOf('legacy')] },
  },
  {
    code: 'ProgressiveDelivery',
    severity: 'overridable',
    subject: 'Deployment shop/catalog',
    name: 'a Deployment lends its template to an Argo Rollout and runs pods of its own',
    given: [definition('argoproj.io', 'Rollout', ['v1alpha1']), rolloutOf('tiles', 'catalog')],
    near: { given: [definition('argoproj.io', 'Rollout', ['v1alpha1']), rolloutOf('tiles')] },
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
    code: 'GatewayApiVersion',
    severity: 'overridable',
    subject: WATCHED,
    name: 'a Gateway API that serves v1beta1 no more',
    given: [gatewayApi(['v1'])],
    near: { given: [gatewayApi(['v1', 'v1beta1'])] },
  },
  {
    code: 'EnvoyFilterBoundToVersion',
    severity: 'info',
    subject: 'EnvoyFilter shop/headers',
    name: 'an EnvoyFilter of which only some patches match the target',
    given: [envoyFilter(String.raw`^1\.25.*`, String.raw`^1\.26.*`)],
    near: { given: [envoyFilter(String.raw`^1\.2[56].*`, String.raw`^1\.26.*`)] },
  },
  {
    code: 'EnvoyFilterBoundToVersion',
    severity: 'overridable',
    subject: 'EnvoyFilter shop/headers',
    name: 'an EnvoyFilter that the target does not match',
    given: [envoyFilter(String.raw`^1\.25.*`)],
    near: { given: [envoyFilter(String.raw`^1\.2[56].*`)] },
  },
];

function canaryOf(namespace: string): Change {
  return create(`Canary ${namespace}/catalog`, {
    spec: { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'catalog' } },
  });
}

/** By a template of its own, or by that of a Deployment. */
function rolloutOf(name: string, lender?: string): Change {
  const template = { metadata: { labels: { app: name } }, spec: TEMPLATE_POD };
  const workloadRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: lender };
  return create(`Rollout shop/${name}`, {
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      ...(lender === undefined ? { template } : { workloadRef }),
    },
  });
}

/** With one patch for each pattern of proxy versions. */
function envoyFilter(...patterns: readonly string[]): Change {
  return create('EnvoyFilter shop/headers', {
    spec: {
      configPatches: patterns.map((proxyVersion) => ({
        applyTo: 'CLUSTER',
        match: { context: 'ANY', proxy: { proxyVersion } },
        patch: { operation: 'MERGE', value: { connect_timeout: '5s' } },
      })),
    },
  });
}
