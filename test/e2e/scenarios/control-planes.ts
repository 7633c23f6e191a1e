import {
  annotate,
  copy,
  create,
  edit,
  label,
  patch,
  withdraw,
  type Change,
  type Scenario,
} from './scenario.ts';
import { injector, istiod, meshConfig, tag } from './second-control-plane.ts';

const ISTIOD = 'Deployment istio-system/istiod-1-25-1';
const NOWHERE = { 'kubernetes.io/hostname': 'node-99' };
const NO_ISTIOD = { metadata: { labels: { app: 'istiod-notes' } } };
/** The certificate of another root, as far as anybody looks at it here: it begins otherwise. */
const ANOTHER_ROOT = 'QW5vdGhlciByb290Cg==';

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
    code: 'TagPointsNowhere',
    severity: 'overridable',
    subject: 'MutatingWebhookConfiguration istio-revision-tag-old',
    name: 'a tag of a revision that is gone, which nobody uses',
    given: [tag('old', { revision: '1-24-0' })],
    near: { given: [tag('old')] },
  },
  {
    code: 'TagPointsNowhere',
    severity: 'blocking',
    subject: 'MutatingWebhookConfiguration istio-revision-tag-old',
    name: 'a tag of a revision that is gone, which a namespace uses',
    given: [
      tag('old', { revision: '1-24-0' }),
      label('Namespace legacy', { 'istio.io/rev': 'old' }),
    ],
    near: { given: [tag('old'), label('Namespace legacy', { 'istio.io/rev': 'old' })] },
  },
  {
    code: 'WebhookUnanswered',
    severity: 'overridable',
    subject: 'MutatingWebhookConfiguration istio-revision-tag-old',
    name: 'a tag whose Service is gone, which nobody uses',
    given: [tag('old', { service: 'istiod-gone' })],
    near: { given: [tag('old')] },
  },
  {
    code: 'WebhookUnanswered',
    severity: 'blocking',
    subject: 'MutatingWebhookConfiguration istio-revision-tag-old',
    name: 'a tag whose Service has no endpoints, so that no pods can be created',
    given: [
      create('Service istio-system/istiod-empty', {
        spec: { selector: { app: 'nobody' }, ports: [{ port: 443, targetPort: 15017 }] },
      }),
      tag('old', { service: 'istiod-empty' }),
      label('Namespace legacy', { 'istio.io/rev': 'old' }),
    ],
    near: { given: [tag('old'), label('Namespace legacy', { 'istio.io/rev': 'old' })] },
  },
  {
    code: 'InjectorsOverlap',
    severity: 'overridable',
    subject: /istio-revision-tag-prod-stable and second$/,
    name: 'two webhooks select the same namespaces',
    given: [copyOfTag({})],
    near: { given: [copyOfTag({ 'prod-stable': 'second' })] },
  },
  {
    code: 'DefaultsDisagree',
    severity: 'overridable',
    subject: 'namespace istio-system',
    name: 'the default tag and the default validator name different revisions',
    given: [
      label('MutatingWebhookConfiguration istio-revision-tag-default', {
        'istio.io/rev': '1-24-0',
      }),
    ],
    near: {
      given: [label('MutatingWebhookConfiguration istio-revision-tag-default', { team: 'mesh' })],
    },
  },
  {
    code: 'ValidatorPointsNowhere',
    severity: 'overridable',
    subject: 'ValidatingWebhookConfiguration istio-validator-old',
    name: 'the validator of a revision that is gone',
    given: [validator('1-24-0')],
    near: { given: [validator('1-25-1')] },
  },
  {
    code: 'ValidatorPointsNowhere',
    severity: 'blocking',
    subject: 'ValidatingWebhookConfiguration istiod-default-validator',
    name: 'the default validator still sends to a revision that is gone: every write is refused',
    given: [defaultValidator('1-24-0')],
    near: {
      given: [annotate('ValidatingWebhookConfiguration istiod-default-validator', { by: 'mesh' })],
    },
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
  return create('Service shop/edge', {
    metadata: {
      annotations: { 'service.beta.kubernetes.io/aws-load-balancer-attributes': attributes },
    },
    spec: { type: 'LoadBalancer', selector: { app: 'edge' }, ports: [{ port: 443 }] },
  });
}

function copyOfTag(replacing: Readonly<Record<string, string>>): Change {
  return copy('MutatingWebhookConfiguration istio-revision-tag-prod-stable', {
    name: 'second',
    replacing,
    merge: { metadata: { labels: { 'istio.io/tag': 'second' } } },
  });
}

function validator(revision: string): Change {
  return copy('ValidatingWebhookConfiguration istio-validator-1-25-1-istio-system', {
    name: 'istio-validator-old',
    merge: { metadata: { labels: { 'istio.io/rev': revision } } },
  });
}

/** As an uninstall leaves it: label and Service of the revision that went. */
function defaultValidator(revision: string): Change {
  return edit('ValidatingWebhookConfiguration istiod-default-validator', {
    '/metadata/labels/istio.io~1rev': revision,
    '/webhooks/0/clientConfig/service/name': `istiod-${revision}`,
  });
}
