import { known } from '../../../../src/domain/inventory/known.ts';
import type {
  LoosePodDetail,
  WorkloadDetail,
} from '../../../../src/domain/inventory/workload-detail.ts';
import type { ObservedWorkload } from '../../../../src/domain/mesh/observed-mesh.ts';
import { budget, loosePodDetail, workloadDetail } from '../../../support/sample-inventory.ts';
import { facts, sampleMesh, workload } from '../../../support/sample-mesh.ts';
import { found, foundWorkload, inPlace, type RuleCase } from '../rule-case.ts';

function withWorkload(changes: Partial<ObservedWorkload>) {
  return facts({ mesh: sampleMesh({ workloads: [workload(changes)] }) });
}

/** Only this workload, with what the inventory knows beyond. */
function detailed(changes: Partial<WorkloadDetail>) {
  return found({ workloads: [workloadDetail(changes)] }, { workloads: [workload()] });
}

function withLoosePod(changes: Partial<LoosePodDetail>) {
  return found({ loosePods: [loosePodDetail(changes)] });
}

function withAutoscaler(min: number, replicas = 3) {
  const target = { kind: 'Deployment', name: 'cart' };
  return found(
    {
      workloads: [workloadDetail({ replicas })],
      autoscalers: known([{ namespace: 'shop', name: 'cart', target, min, max: 9 }]),
    },
    { workloads: [workload()] },
  );
}

const ALONE = workloadDetail({ name: 'alone', replicas: 1, podsWithProxy: 1 });
const MANY_ALONE = Array.from({ length: 2000 }, (_each, index) => ({
  ...ALONE,
  name: `alone-${index}`,
}));
const CART = 'Deployment shop/cart';
const ALLOWS_NOTHING = { disruptionsAllowed: 0, desiredHealthy: 2 };

/** Workloads: what a restart would do to them, and whether they can be restarted. */
export const WORKLOAD_CASES: readonly RuleCase[] = [
  {
    code: 'ProxyOfUnknownRevision',
    policy: 'refuses proxies of a revision that has no control plane',
    given: withWorkload({ podsByRevision: { '1-25-1': 1, '1-23-4': 1 } }),
    expected: [['blocking', CART]],
    nearMiss: {
      what: 'pods without a proxy',
      given: withWorkload({ podsByRevision: { '1-25-1': 1, none: 1 } }),
    },
  },
  {
    code: 'ProxyOfUnknownRevision',
    policy: 'refuses proxies whose revision cannot be told',
    given: withWorkload({ podsByRevision: { unknown: 2 } }),
    expected: [['blocking', CART]],
    nearMiss: { what: 'those of the control plane', given: withWorkload({}) },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a workload that a new template would not restart',
    given: withWorkload({ cannotRestart: 'its rollout is paused' }),
    expected: [['blocking', CART]],
    nearMiss: { what: 'one that it restarts', given: withWorkload({}) },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a workload whose pods are injected by a label of their own',
    given: withWorkload({ namespace: 'bystander', name: 'lone' }),
    expected: [['blocking', 'Deployment bystander/lone']],
    nearMiss: { what: 'one in a namespace that selects', given: withWorkload({}) },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a workload with a proxy among the init containers of its template',
    given: detailed({ manualProxyImage: 'docker.io/istio/proxyv2:1.25.1' }),
    expected: [['blocking', CART]],
    nearMiss: { what: 'one that was injected by the webhook', given: detailed({}) },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a workload whose proxy image is pinned',
    given: detailed({ pinnedProxyImage: 'docker.io/istio/proxyv2:1.25.1' }),
    expected: [['blocking', CART]],
    nearMiss: { what: 'one whose image the injector chooses', given: detailed({}) },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses an Argo Rollout, once, not again for its pods',
    given: found({
      workloads: [workloadDetail({ kind: 'Rollout', name: 'search' })],
      loosePods: ['a', 'b'].map((name) =>
        loosePodDetail({ name, ownerKind: 'ReplicaSet', ownerName: 'search-6f9d' }),
      ),
    }),
    expected: [['blocking', 'Rollout shop/search']],
    nearMiss: {
      what: 'one without a proxy',
      given: found({
        workloads: [workloadDetail({ kind: 'Rollout', podsWithProxy: 0, podsWithoutProxy: 0 })],
      }),
    },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a ReplicaSet that nobody restarts, once for all its pods',
    given: found({
      loosePods: ['a', 'b'].map((name) =>
        loosePodDetail({ name, ownerKind: 'ReplicaSet', ownerName: 'old' }),
      ),
    }),
    expected: [['blocking', 'ReplicaSet shop/old']],
    nearMiss: {
      what: 'a Job, which ends by itself',
      given: withLoosePod({ ownerKind: 'Job', ownerName: 'batch' }),
    },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a bare pod with a proxy',
    given: withLoosePod({ name: 'lone' }),
    expected: [['blocking', 'Pod shop/lone']],
    nearMiss: { what: 'a mesh without any', given: found({ loosePods: [] }) },
  },
  {
    code: 'JobKeepsProxy',
    policy: 'tells once of all Jobs and CronJobs with a proxy',
    given: found({
      workloads: [workloadDetail({ kind: 'CronJob', name: 'nightly', podsWithProxy: 0 })],
      loosePods: ['a', 'b'].map((name) =>
        loosePodDetail({ name, ownerKind: 'Job', ownerName: 'batch' }),
      ),
    }),
    expected: [['info', '2 Jobs and CronJobs']],
    nearMiss: {
      what: 'a CronJob that nobody injects',
      given: found({
        workloads: [
          workloadDetail({
            kind: 'CronJob',
            podsWithProxy: 0,
            prediction: { kind: 'none', why: 'no injection webhook selects it' },
          }),
        ],
      }),
    },
  },
  {
    code: 'ProgressiveDelivery',
    policy: 'asks about a workload whose template Flagger watches',
    given: detailed({ progressiveDelivery: 'Canary shop/cart' }),
    expected: [['overridable', CART]],
    nearMiss: {
      what: 'one without pods, whose copy serves',
      given: detailed({ progressiveDelivery: 'Canary shop/cart', podsWithProxy: 0, replicas: 0 }),
    },
  },
  {
    code: 'WorkloadNotReady',
    policy: 'asks about a workload that is not ready beforehand',
    given: withWorkload({ readyPods: 1 }),
    expected: [['overridable', CART]],
    nearMiss: {
      what: 'one that was scaled to nothing',
      given: withWorkload({ desiredPods: 0, readyPods: 0, podsByRevision: {} }),
    },
  },
  {
    code: 'WorkloadNotRedundant',
    policy: 'tells once of 2,000 workloads with a single replica before a canary',
    given: found({ workloads: MANY_ALONE }),
    expected: [['info', '2000 workloads']],
    nearMiss: {
      what: 'a DaemonSet on one node',
      given: found({ workloads: [{ ...ALONE, kind: 'DaemonSet' }] }),
    },
  },
  {
    code: 'WorkloadNotRedundant',
    policy: 'asks in place about each workload with a single replica',
    given: inPlace(found({ workloads: [ALONE, workloadDetail()] })),
    expected: [['overridable', 'Deployment shop/alone']],
    nearMiss: {
      what: 'one outside of the mesh',
      given: inPlace(
        found({
          workloads: [
            {
              ...ALONE,
              podsWithProxy: 0,
              podsWithoutProxy: 1,
              prediction: { kind: 'none', why: 'it opted out' },
            },
          ],
        }),
      ),
    },
  },
  {
    code: 'WorkloadNotRedundant',
    policy: 'asks in place about an autoscaler that may go down to one',
    given: inPlace(withAutoscaler(1)),
    expected: [['overridable', CART]],
    nearMiss: { what: 'one that keeps two', given: inPlace(withAutoscaler(2)) },
  },
  {
    code: 'BudgetAllowsNoDisruption',
    policy: 'asks about a budget over a meshed workload that allows nothing',
    given: found({ budgets: known([budget(ALLOWS_NOTHING)]) }),
    expected: [['overridable', 'PodDisruptionBudget shop/cart']],
    nearMiss: {
      what: 'one of the same name in another namespace',
      given: found({ budgets: known([budget({ ...ALLOWS_NOTHING, namespace: 'bystander' })]) }),
    },
  },
  {
    code: 'BudgetAllowsNoDisruption',
    policy: 'asks about a budget that covers every pod of its namespace',
    given: found({ budgets: known([budget({ ...ALLOWS_NOTHING, selector: {} })]) }),
    expected: [['overridable', 'PodDisruptionBudget shop/cart']],
    nearMiss: {
      what: 'one that covers only what has no proxy',
      given: ((): ReturnType<typeof found> => {
        const given = foundWorkload({
          podsWithProxy: 0,
          podLabels: { app: 'outside' },
          prediction: { kind: 'none', why: 'it opted out' },
        });
        const selector = { matchLabels: { app: 'outside' } };
        const budgets = known([budget({ ...ALLOWS_NOTHING, selector })]);
        return { ...given, inventory: { ...given.inventory, budgets } };
      })(),
    },
  },
];
