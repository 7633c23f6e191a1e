import { annotate, create, patch, type Change, type Scenario } from './scenario.ts';

const PROXY_IMAGE = 'docker.io/istio/proxyv2:1.24.0';
const NOWHERE = { 'kubernetes.io/hostname': 'node-99' };
const ON_DELETE = { type: 'OnDelete', rollingUpdate: null };
const SIXTY_PERCENT = { cpu: '600', memory: '1Gi' };

/** What hinders a workload from being moved by a restart, or would hurt it. */
export const WORKLOAD_SCENARIOS: readonly Scenario[] = [
  {
    code: 'MovedPodByPod',
    severity: 'info',
    subject: 'Deployment shop/promotions',
    name: 'a paused Deployment',
    given: [patch('Deployment shop/promotions', { spec: { paused: true } })],
    near: { given: [patch('Deployment shop/promotions', { spec: { minReadySeconds: 1 } })] },
  },
  {
    code: 'MovedPodByPod',
    severity: 'info',
    subject: 'StatefulSet shop/carts',
    name: 'a StatefulSet that replaces pods only when they are deleted',
    given: [patch('StatefulSet shop/carts', { spec: { updateStrategy: ON_DELETE } })],
    near: { given: [patch('StatefulSet shop/carts', { spec: { minReadySeconds: 1 } })] },
  },
  {
    code: 'MovedPodByPod',
    severity: 'info',
    subject: 'StatefulSet payments/ledger',
    name: 'a StatefulSet with a partition',
    given: [partition(1)],
    near: { given: [patch('StatefulSet payments/ledger', { spec: { minReadySeconds: 1 } })] },
  },
  {
    code: 'MovedPodByPod',
    severity: 'info',
    subject: 'DaemonSet accounts/audit-agent',
    name: 'a DaemonSet that replaces pods only when they are deleted',
    given: [patch('DaemonSet accounts/audit-agent', { spec: { updateStrategy: ON_DELETE } })],
    near: { given: [patch('DaemonSet accounts/audit-agent', { spec: { minReadySeconds: 1 } })] },
  },
  {
    code: 'WorkloadCannotBeMoved',
    severity: 'blocking',
    subject: 'Deployment shop/pinned',
    name: 'a proxy image pinned by annotation',
    given: [deployment('pinned', { annotations: { 'sidecar.istio.io/proxyImage': PROXY_IMAGE } })],
    near: {
      given: [deployment('pinned', { annotations: { 'sidecar.istio.io/logLevel': 'info' } })],
    },
  },
  {
    code: 'WorkloadCannotBeMoved',
    severity: 'blocking',
    subject: 'Deployment shop/by-hand',
    name: 'a proxy injected by hand; one for the injector to fill in is none',
    given: [deployment('by-hand', { proxy: PROXY_IMAGE })],
    near: { given: [deployment('by-hand', { proxy: 'auto' })] },
  },
  {
    code: 'WorkloadLeft',
    severity: 'overridable',
    subject: 'Pod shop/loner',
    name: 'a pod that nobody owns; without a proxy it does not matter',
    given: [create('Pod shop/loner', podOf({}))],
    near: {
      given: [create('Pod shop/loner', podOf({ labels: { 'sidecar.istio.io/inject': 'false' } }))],
    },
  },
  {
    code: 'WorkloadLeft',
    severity: 'overridable',
    subject: 'Pod shop/loner',
    name: 'a pod that nobody owns; where it says so it is made again',
    given: [create('Pod shop/loner', podOf({}))],
    near: {
      given: [
        create('Pod shop/loner', podOf({ annotations: { 'meshlift.dev/recreate': 'true' } })),
      ],
    },
  },
  {
    code: 'JobKeepsProxy',
    severity: 'info',
    subject: 'Job shop/import',
    name: 'a Job whose pods get a proxy',
    given: [job({})],
    near: { given: [job({ 'sidecar.istio.io/inject': 'false' })] },
  },
  {
    code: 'PodCreationRefused',
    severity: 'blocking',
    subject: 'Deployment shop/odd',
    name: 'pods that ask for an injection template that nobody has',
    given: [deployment('odd', { annotations: { 'inject.istio.io/templates': 'absent' } })],
    near: {
      given: [deployment('odd', { annotations: { 'inject.istio.io/templates': 'sidecar' } })],
    },
  },
  {
    code: 'WorkloadNotReady',
    severity: 'overridable',
    subject: 'Deployment shop/waiting',
    name: 'a pod for which there is no node',
    given: [deployment('waiting', { replicas: 1, pod: { nodeSelector: NOWHERE } })],
    near: { given: [deployment('waiting', { replicas: 1 })] },
    isRestless: true,
  },
  {
    code: 'WorkloadNotRedundant',
    severity: 'overridable',
    subject: 'Deployment shop/catalog',
    name: 'in place, an autoscaler that may go down to one replica',
    question: { strategy: 'in-place' },
    given: [autoscaler('shop/catalog', 1)],
    near: { given: [autoscaler('shop/catalog', 2)] },
  },
  {
    code: 'WorkloadNotRedundant',
    severity: 'info',
    subject: '5 workloads',
    name: 'for a canary, one finding that names all with a single replica',
    given: [deployment('single', { replicas: 1 })],
    near: { given: [deployment('single', { replicas: 2 })] },
  },
  {
    code: 'BudgetAllowsNoDisruption',
    severity: 'overridable',
    subject: 'PodDisruptionBudget shop/catalog',
    name: 'a budget that asks for every replica',
    given: [budget('catalog', 3)],
    near: { given: [budget('catalog', 2)] },
  },
  {
    code: 'SurgeDoesNotFit',
    severity: 'overridable',
    subject: 'wave of shop',
    name: 'no room for the pods that a restart adds; one that takes away first needs none',
    given: [largeDeployment({ maxSurge: '100%', maxUnavailable: 0 })],
    near: { given: [largeDeployment({ maxSurge: 0, maxUnavailable: 1 })] },
  },
  {
    code: 'JobKeepsProxy',
    severity: 'info',
    subject: 'CronJob shop/nightly',
    name: 'a CronJob whose pods get a proxy',
    given: [cronJob({})],
    near: { given: [cronJob({ 'sidecar.istio.io/inject': 'false' })] },
  },
  {
    code: 'ProxyOfUnknownRevision',
    severity: 'blocking',
    subject: 'StatefulSet shop/carts',
    name: 'a pod that a revision injected which is gone',
    given: [
      annotate('Pod shop/carts-0', {
        'istio.io/rev': '1-24-0',
        'sidecar.istio.io/status': '{"containers":["istio-proxy"],"revision":"1-24-0"}',
      }),
    ],
    near: { given: [annotate('Pod shop/carts-0', { 'example.com/rev': '1-24-0' })] },
  },
  {
    code: 'AlphaAnnotation',
    severity: 'info',
    subject: 'annotation networking.istio.io/exportTo',
    name: 'a Service with an annotation whose status is alpha',
    given: [annotate('Service shop/catalog', { 'networking.istio.io/exportTo': '.' })],
    near: { given: [annotate('Service shop/catalog', { 'example.com/exportTo': '.' })] },
  },
  {
    code: 'DeprecatedAnnotation',
    severity: 'info',
    subject: 'annotation sidecar.istio.io/inject',
    name: 'a pod template that says in an annotation what belongs in a label',
    given: [deployment('out', { annotations: { 'sidecar.istio.io/inject': 'false' } })],
    near: { given: [deployment('out', { labels: { 'sidecar.istio.io/inject': 'false' } })] },
  },
];

function partition(count: number): Change {
  const updateStrategy = { rollingUpdate: { partition: count } };
  return patch('StatefulSet payments/ledger', { spec: { updateStrategy } });
}

interface PodLike {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly proxy?: string;
  readonly pod?: object;
}

function podOf({ labels = {}, annotations = {}, proxy, pod = {} }: PodLike): {
  readonly metadata: object;
  readonly spec: object;
} {
  const containers = [
    { name: 'app', image: 'registry.k8s.io/pause:3.10' },
    ...(proxy === undefined ? [] : [{ name: 'istio-proxy', image: proxy }]),
  ];
  return { metadata: { labels, annotations }, spec: { containers, ...pod } };
}

/** In namespace shop; without pods unless told. */
function deployment(
  name: string,
  { replicas = 0, ...like }: PodLike & { replicas?: number },
): Change {
  const app = { app: name };
  const { metadata, spec } = podOf({ ...like, labels: { ...like.labels, ...app } });
  return create(`Deployment shop/${name}`, {
    spec: { replicas, selector: { matchLabels: app }, template: { metadata, spec } },
  });
}

/** Three replicas, each of which takes most of one of the three nodes. */
function largeDeployment(rollingUpdate: object): Change {
  const app = { app: 'large' };
  const resources = { requests: SIXTY_PERCENT };
  const containers = [{ name: 'app', image: 'registry.k8s.io/pause:3.10', resources }];
  return create('Deployment shop/large', {
    spec: {
      replicas: 3,
      selector: { matchLabels: app },
      strategy: { type: 'RollingUpdate', rollingUpdate },
      template: { metadata: { labels: app }, spec: { containers } },
    },
  });
}

function autoscaler(of: string, minReplicas: number): Change {
  const [name = ''] = of.split('/').reverse();
  return create(`HorizontalPodAutoscaler ${of}`, {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas,
      maxReplicas: 9,
    },
  });
}

function budget(app: string, minAvailable: number): Change {
  return create(`PodDisruptionBudget shop/${app}`, {
    spec: { minAvailable, selector: { matchLabels: { app } } },
  });
}

function cronJob(labels: Readonly<Record<string, string>>): Change {
  const { metadata, spec } = podOf({ labels, pod: { restartPolicy: 'Never' } });
  return create('CronJob shop/nightly', {
    spec: {
      schedule: '0 3 * * *',
      suspend: true,
      jobTemplate: { spec: { template: { metadata, spec } } },
    },
  });
}

function job(labels: Readonly<Record<string, string>>): Change {
  const { metadata, spec } = podOf({ labels, pod: { restartPolicy: 'Never' } });
  return create('Job shop/import', { spec: { suspend: true, template: { metadata, spec } } });
}
