import {
  annotate,
  create,
  label,
  patch,
  withdraw,
  type Change,
  type Scenario,
} from './scenario.ts';
import { injector, istiod, meshConfig } from './second-control-plane.ts';

const ISTIOD = 'Deployment istio-system/istiod-1-25-1';
const NOWHERE = { 'kubernetes.io/hostname': 'node-99' };
const HELM = { 'meta.helm.sh/release-name': 'istio-base' };
const NO_ISTIOD = { metadata: { labels: { app: 'istiod-notes' } } };
/** In PEM, of a length that base64 needs no filling for: more can follow. */
const ANOTHER_ROOT = '-----BEGIN CERTIFICATE-----\nQW5vdGhlciByb290\n-----END CERTIFICATE-----\n\n';

/** Control planes: how many, how they run, and how they differ. */
export const CONTROL_PLANE_SCENARIOS: readonly Scenario[] = [
  {
    code: 'MixedControlPlanes',
    severity: 'blocking',
    subject: 'namespace istio-system',
    name: 'two control planes to upgrade from',
    given: [istiod('1-24-0')],
    near: { given: [istiod('1-24-0', NO_ISTIOD)] },
  },
  {
    code: 'TargetRevisionPresent',
    severity: 'blocking',
    subject: 'Deployment istio-system/istiod-1-26-1',
    name: 'somebody began to install the target',
    given: [istiod('1-26-1')],
    near: { given: [istiod('1-26-1', NO_ISTIOD)] },
  },
  {
    code: 'UnsupportedInstallation',
    severity: 'blocking',
    subject: 'Deployment istio-system/istiod-1-24-0',
    name: 'a control plane that Helm installed',
    given: [
      istiod('1-24-0', {
        metadata: {
          labels: { 'operator.istio.io/managed': null },
          annotations: { 'meta.helm.sh/release-name': 'istiod' },
        },
      }),
    ],
    near: { given: [istiod('1-24-0')] },
  },
  {
    code: 'MeshConfigDiffers',
    severity: 'overridable',
    subject: 'ConfigMap istio-system/istio-1-25-1',
    name: 'a second control plane with another mesh configuration',
    given: [istiod('1-24-0'), meshConfig('1-24-0', { data: { mesh: 'accessLogFile: ""\n' } })],
    near: { given: [istiod('1-24-0'), meshConfig('1-24-0')] },
  },
  {
    code: 'AutoscalersDiffer',
    severity: 'overridable',
    subject: /^HorizontalPodAutoscaler istio-system\/istiod-1-2[45]-/,
    name: 'only one of two control planes has an autoscaler',
    given: [istiod('1-24-0'), autoscaler('istiod-1-24-0', 2)],
    near: { given: [istiod('1-24-0')] },
  },
  {
    code: 'CaRootsDiffer',
    severity: 'blocking',
    subject: 'namespace istio-system',
    name: 'a second control plane with another root certificate',
    given: [istiod('1-24-0'), injector('1-24-0', ANOTHER_ROOT)],
    near: { given: [istiod('1-24-0'), injector('1-24-0')] },
  },
  {
    code: 'ControlPlaneNotRedundant',
    severity: 'info',
    subject: ISTIOD,
    name: 'an autoscaler that may go down to one istiod',
    given: [autoscaler('istiod-1-25-1', 1)],
    near: { given: [autoscaler('istiod-1-25-1', 2)] },
  },
  {
    code: 'ControlPlaneNotRedundant',
    severity: 'overridable',
    subject: ISTIOD,
    name: 'in place that one istiod matters',
    question: { strategy: 'in-place' },
    given: [autoscaler('istiod-1-25-1', 1)],
    near: { given: [autoscaler('istiod-1-25-1', 2)] },
  },
  {
    code: 'ControlPlaneRollingOut',
    severity: 'overridable',
    subject: ISTIOD,
    name: 'a rollout of istiod that finds no node',
    given: [patch(ISTIOD, { spec: { template: { spec: { nodeSelector: NOWHERE } } } })],
    near: { given: [patch(ISTIOD, { spec: { minReadySeconds: 1 } })] },
    isRestless: true,
  },
  {
    code: 'BudgetAllowsNoDisruption',
    severity: 'info',
    subject: 'PodDisruptionBudget istio-system/istiod-1-25-1',
    name: "istiod's own budget asks for both replicas",
    given: [patch('PodDisruptionBudget istio-system/istiod-1-25-1', { spec: { minAvailable: 2 } })],
    near: {
      given: [
        patch('PodDisruptionBudget istio-system/istiod-1-25-1', { spec: { minAvailable: '50%' } }),
      ],
    },
  },
  {
    code: 'ControlPlaneDoesNotFit',
    severity: 'overridable',
    subject: 'revision 1-26-1 in istio-system',
    name: 'all nodes are cordoned; one is enough',
    given: [cordon(1), cordon(2), cordon(3)],
    near: { given: [cordon(1), cordon(2)] },
  },
  {
    code: 'FactUnknown',
    severity: 'overridable',
    subject: 'free capacity of the nodes',
    name: 'meshlift may not list nodes; a kind that the cluster does not have it need not list',
    given: [withdraw('nodes')],
    near: { given: [withdraw('canaries')] },
  },
  {
    code: 'MeshManagedElsewhere',
    severity: 'overridable',
    subject: ISTIOD,
    name: 'Git keeps istiod as it wants it',
    given: [label(ISTIOD, { 'argocd.argoproj.io/instance': 'mesh' })],
    near: { given: [label('Deployment shop/catalog', { 'argocd.argoproj.io/instance': 'shop' })] },
  },
  {
    code: 'NodeAgentSkew',
    severity: 'blocking',
    subject: 'DaemonSet kube-system/istio-cni-node',
    name: 'a CNI agent three minors behind the target',
    given: [agent('istio-cni-node', 'install-cni:1.23.0')],
    near: { given: [agent('log-collector', 'log-collector:1.23.0')] },
  },
  {
    code: 'NodeAgentSkew',
    severity: 'info',
    subject: 'DaemonSet kube-system/ztunnel',
    name: 'a ztunnel one minor behind the target',
    given: [agent('ztunnel', 'ztunnel:1.25.1')],
    near: { given: [agent('zsh', 'ztunnel:1.25.1')] },
  },
  {
    code: 'LoadBalancerUnprotected',
    severity: 'overridable',
    subject: 'Service shop/edge',
    name: 'the load balancer of a gateway without protection from being deleted',
    given: [gateway(), loadBalancer('idle_timeout.timeout_seconds=60')],
    near: { given: [gateway(), loadBalancer('deletion_protection.enabled=true')] },
  },
  {
    code: 'MeshManagedElsewhere',
    severity: 'info',
    subject: 'Namespace istio-system',
    name: "a Helm release made the mesh's namespace; what it made elsewhere does not matter",
    given: [annotate('Namespace istio-system', HELM)],
    near: { given: [annotate('Namespace shop', HELM)] },
  },
  {
    code: 'NodeAgentSkew',
    severity: 'overridable',
    subject: 'DaemonSet kube-system/ztunnel',
    name: 'a ztunnel whose image says no version',
    given: [agent('ztunnel', 'ztunnel:latest')],
    near: { given: [agent('zsh', 'ztunnel:latest')] },
  },
  {
    code: 'LoadBalancerUnprotected',
    severity: 'info',
    subject: 'Service shop/edge',
    name: 'a load balancer of which nobody knows the provider; one inside the cluster has none',
    given: [gateway(), serviceOf('LoadBalancer')],
    near: { given: [gateway(), serviceOf('ClusterIP')] },
  },
];

function autoscaler(name: string, minReplicas: number): Change {
  return create(`HorizontalPodAutoscaler istio-system/${name}`, {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas,
      maxReplicas: 5,
    },
  });
}

function cordon(node: number): Change {
  return patch(`Node node-${node}`, { spec: { unschedulable: true } });
}

/** On no node: what counts is that it is there. */
function agent(name: string, image: string): Change {
  const app = { app: name };
  const containers = [{ name: 'agent', image: `docker.io/istio/${image}` }];
  return create(`DaemonSet kube-system/${name}`, {
    spec: {
      selector: { matchLabels: app },
      template: { metadata: { labels: app }, spec: { containers, nodeSelector: NOWHERE } },
    },
  });
}

function gateway(): Change {
  const app = { app: 'edge' };
  const annotations = { 'inject.istio.io/templates': 'gateway' };
  const containers = [{ name: 'istio-proxy', image: 'auto' }];
  return create('Deployment shop/edge', {
    spec: {
      replicas: 0,
      selector: { matchLabels: app },
      template: { metadata: { labels: app, annotations }, spec: { containers } },
    },
  });
}

function loadBalancer(attributes: string): Change {
  return serviceOf('LoadBalancer', {
    'service.beta.kubernetes.io/aws-load-balancer-attributes': attributes,
  });
}

function serviceOf(type: string, annotations: Readonly<Record<string, string>> = {}): Change {
  return create('Service shop/edge', {
    metadata: { annotations },
    spec: { type, selector: { app: 'edge' }, ports: [{ port: 443 }] },
  });
}
