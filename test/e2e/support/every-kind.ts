import { definition } from '../scenarios/definition.ts';
import { create, type Change } from '../scenarios/scenario.ts';

/** Of every pod. */
export const CONTAINERS = [{ name: 'app', image: 'registry.example.com/shop/app:1.0.0' }];

type Json = Readonly<Record<string, unknown>>;

interface PodLike {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: object;
}

function templateOf(app: string, { labels, annotations, spec }: PodLike = {}): Json {
  return {
    metadata: { labels: { app, ...labels }, ...(annotations && { annotations }) },
    spec: { containers: CONTAINERS, ...spec },
  };
}

function specOf(app: string, replicas: number, like: PodLike = {}): Json {
  return { replicas, selector: { matchLabels: { app } }, template: templateOf(app, like) };
}

function podLike(app: string, annotations: Readonly<Record<string, string>>): Json {
  return templateOf(app, { annotations });
}

const ROLLING = { strategy: { canary: { maxUnavailable: 1 } } };
const APPLIED = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'applied', namespace: 'shop', labels: { app: 'applied' } },
  spec: { containers: CONTAINERS },
});

/** One of each kind beside what the sample mesh has. */
export const WORKLOADS: readonly Change[] = [
  create('ReplicaSet shop/batcher', { spec: specOf('batcher', 3) }),
  create('PodDisruptionBudget shop/batcher', {
    spec: { minAvailable: 2, selector: { matchLabels: { app: 'batcher' } } },
  }),
  create('Pod shop/tool', podLike('tool', { 'meshlift.dev/recreate': 'true' })),
  create('Pod shop/applied', {
    ...podLike('applied', {
      'meshlift.dev/recreate': 'true',
      'kubectl.kubernetes.io/last-applied-configuration': APPLIED,
    }),
  }),
  create('Pod shop/stray', podLike('stray', {})),
  create('Rollout shop/recommendations', {
    spec: { ...specOf('recommendations', 3), ...ROLLING },
  }),
  create('Deployment shop/lender', { spec: specOf('lender', 0) }),
  create('Rollout shop/borrower', {
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'lender' } },
      workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'lender' },
      ...ROLLING,
    },
  }),
  create('Deployment shop/pricing', { spec: specOf('pricing', 2) }),
  create('Deployment shop/held', { spec: specOf('held', 2) }),
  create('Deployment shop/idle', { spec: specOf('idle', 0) }),
  create('Deployment shop/native', {
    spec: specOf('native', 1, { annotations: { 'sidecar.istio.io/nativeSidecar': 'true' } }),
  }),
  create('Deployment shop/edge', {
    spec: specOf('edge', 1, {
      labels: { 'sidecar.istio.io/inject': 'true' },
      annotations: { 'inject.istio.io/templates': 'gateway' },
      spec: { containers: [{ name: 'istio-proxy', image: 'auto' }] },
    }),
  }),
  create('Deployment shop/outside', {
    spec: specOf('outside', 1, { labels: { 'sidecar.istio.io/inject': 'false' } }),
  }),
  create('DaemonSet shop/on-node', {
    spec: {
      selector: { matchLabels: { app: 'on-node' } },
      template: templateOf('on-node', {
        labels: { 'sidecar.istio.io/inject': 'true' },
        spec: { hostNetwork: true },
      }),
    },
  }),
  create('CronJob shop/nightly', {
    spec: {
      schedule: '0 3 1 1 *',
      jobTemplate: {
        spec: { template: templateOf('nightly', { spec: { restartPolicy: 'Never' } }) },
      },
    },
  }),
  definition('apps.kruise.io', 'CloneSet', ['v1alpha1']),
];

/** Of `pricing`, which is the target of Flagger from then on. */
export const CANARY = create('Canary shop/pricing', {
  spec: {
    targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'pricing' },
    service: { port: 8080 },
    analysis: { interval: '10s', threshold: 2, maxWeight: 50, stepWeight: 25 },
  },
});

/** How many pods of each move, and to where they come back. */
export const MOVED: Readonly<Record<string, number>> = {
  applied: 1,
  batcher: 3,
  edge: 1,
  held: 2,
  lender: 1,
  native: 1,
  'pricing-primary': 2,
  recommendations: 3,
  tool: 1,
};
