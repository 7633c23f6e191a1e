import { known } from '../../../../src/domain/inventory/known.ts';
import type { ObservedWorkload } from '../../../../src/domain/mesh/observed-mesh.ts';
import { budget, workloadDetail } from '../../../support/sample-inventory.ts';
import { facts, sampleMesh, workload } from '../../../support/sample-mesh.ts';
import { found, foundWorkload, inPlace, type RuleCase } from '../rule-case.ts';

function withWorkload(changes: Partial<ObservedWorkload>) {
  return facts({ mesh: sampleMesh({ workloads: [workload(changes)] }) });
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

const TWO_AT_ONCE = { desired: 4, unavailable: 2, surge: 0, replaces: 'in-turns' } as const;
const ONE_MAY_GO = { expectedPods: 4, desiredHealthy: 3 };
const PAUSED = {
  desired: 2,
  unavailable: 0,
  surge: 0,
  replaces: 'not-all',
  because: 'its rollout is paused',
} as const;

/** Workloads: what a restart would do to them, and whether they can be restarted. */
export const WORKLOAD_CASES: readonly RuleCase[] = [
  {
    code: 'MovedPodByPod',
    policy: 'tells that a workload leaves pod by pod, since a rolling update would break a budget',
    given: found({
      workloads: [workloadDetail({ rollout: TWO_AT_ONCE })],
      budgets: known([budget(ONE_MAY_GO)]),
    }),
    expected: [['info', CART]],
    nearMiss: {
      what: 'one whose budget lets as many go',
      given: found({
        workloads: [workloadDetail({ rollout: TWO_AT_ONCE })],
        budgets: known([budget({ ...ONE_MAY_GO, desiredHealthy: 2 })]),
      }),
    },
  },
  {
    code: 'MovedPodByPod',
    policy: 'tells that a workload leaves pod by pod, since a template replaces not all',
    given: found({ workloads: [workloadDetail({ rollout: PAUSED })] }),
    expected: [['info', CART]],
    nearMiss: {
      what: 'one that has no proxy',
      given: found({ workloads: [workloadDetail({ rollout: PAUSED, podsWithProxy: 0 })] }),
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
