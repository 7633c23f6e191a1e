import type { WorkloadDetail } from '../../../../src/domain/inventory/workload-detail.ts';
import type { PreflightFacts } from '../../../../src/domain/preflight/facts.ts';
import { budget, workloadDetail } from '../../../support/sample-inventory.ts';
import { facts, sampleMesh, samplePolicy, workload } from '../../../support/sample-mesh.ts';
import { found, inPlace, type RuleCase } from '../rule-case.ts';

const LONE = 'Deployment bystander/lone';
const BY_LABEL = {
  podLabels: { app: 'lone', 'istio.io/rev': '1-25-1' },
  prediction: {
    kind: 'injected',
    revision: '1-25-1',
    webhook: 'istio-sidecar-injector-1-25-1/rev.object.sidecar-injector.istio.io',
  },
} as const;
const TAGGED = { app: 'lone', 'istio.io/rev': 'prod-stable' };
const BY_TAG = {
  ...BY_LABEL.prediction,
  webhook: 'istio-revision-tag-prod-stable/rev.object.sidecar-injector.istio.io',
} as const;
const NOBODY = { prediction: { kind: 'none', why: 'no webhook selects it' } } as const;
const IN_TURNS = { desired: 2, unavailable: 1, surge: 0, replaces: 'in-turns' } as const;

/** One workload in a namespace without labels, by the label of its pods on the revision. */
function lone(
  changes: Partial<WorkloadDetail>,
  more: Parameters<typeof found>[0] = {},
): PreflightFacts {
  const { kind = 'Deployment' } = changes;
  const ref = { kind: kind as 'Deployment', namespace: 'bystander', name: 'lone' };
  const detail = workloadDetail({ ...ref, rollout: IN_TURNS, ...BY_LABEL, ...changes });
  return found({ workloads: [detail], ...more }, { workloads: [workload(ref)] });
}

/** With room for one pod to go. */
function budgetOver(matchLabels: Readonly<Record<string, string>>): Parameters<typeof found>[0] {
  return {
    budgets: {
      kind: 'known',
      value: [budget({ namespace: 'bystander', selector: { matchLabels } })],
    },
  };
}

function firstOf(first: readonly string[]): PreflightFacts {
  return facts({ mesh: sampleMesh(), policy: samplePolicy({ waves: { critical: [], first } }) });
}

/** Labels of pods, and names of workloads. */
export const POD_LABEL_CASES: readonly RuleCase[] = [
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a workload that no label puts on the revision',
    given: lone({ podLabels: {}, ...NOBODY }),
    expected: [['blocking', LONE]],
    says: 'no label of its pods does so that moves',
    also: ['SidecarWouldBeLost'],
    nearMiss: { what: 'one that the label of its pods does', given: lone({}) },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a workload whose selector asks for the label that would change',
    given: lone({ revisionAskedBy: 'its selector' }),
    expected: [['blocking', LONE]],
    says: 'its selector asks for that label and would lose them',
    nearMiss: {
      what: 'where a tag moves and the label stays',
      given: lone({
        revisionAskedBy: 'its selector',
        podLabels: TAGGED,
        prediction: BY_TAG,
      }),
    },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses, for a canary, a label that must not change',
    given: lone({ revisionAskedBy: 'its selector' }),
    expected: [['blocking', LONE]],
    nearMiss: {
      what: 'in place, where the label stays',
      given: inPlace(lone({ revisionAskedBy: 'its selector' })),
    },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a label by which a budget tells the pods',
    given: lone({}, budgetOver({ app: 'lone', 'istio.io/rev': '1-25-1' })),
    expected: [['blocking', LONE]],
    says: 'budget bystander/cart asks for that label',
    nearMiss: { what: 'one by which it does not', given: lone({}, budgetOver({ app: 'lone' })) },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a label whose change would take away more than a budget lets go',
    given: lone(
      {},
      {
        budgets: {
          kind: 'known',
          value: [
            budget({
              namespace: 'bystander',
              selector: { matchLabels: { app: 'lone' } },
              desiredHealthy: 2,
              disruptionsAllowed: 0,
            }),
          ],
        },
      },
    ),
    expected: [['blocking', LONE]],
    says: 'its strategy takes 1 away at once and budget bystander/cart lets 0 go',
    also: ['BudgetAllowsNoDisruption'],
    nearMiss: {
      what: 'one that its budget has room for',
      given: lone(
        {},
        {
          budgets: {
            kind: 'known',
            value: [budget({ namespace: 'bystander', selector: { matchLabels: { app: 'lone' } } })],
          },
        },
      ),
    },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a label that no pod would get, since the rollout is paused',
    given: lone({
      rollout: { ...IN_TURNS, replaces: 'not-all', because: 'its rollout is paused' },
    }),
    expected: [['blocking', LONE]],
    says: 'its rollout is paused',
    nearMiss: {
      what: 'a strategy by which whatever is evicted comes from the new template',
      given: lone({
        updateStrategy: 'OnDelete',
        rollout: { ...IN_TURNS, replaces: 'not-all', because: 'its update strategy is OnDelete' },
      }),
    },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses pods that no label put on their revision, as long as there are any',
    given: lone({ podLabels: { 'istio.io/rev': '1-24-0' }, ...NOBODY, podsWithProxy: 1 }),
    expected: [['blocking', LONE]],
    also: ['SidecarWouldBeLost'],
    nearMiss: {
      what: 'a workload without pods',
      given: lone({
        podLabels: { 'istio.io/rev': '1-24-0' },
        ...NOBODY,
        podsWithProxy: 0,
        podsWithoutProxy: 0,
      }),
    },
  },
  {
    code: 'WorkloadCannotBeMoved',
    policy: 'refuses a workload whose pods name a tag of another revision',
    given: lone({ podLabels: TAGGED, prediction: { ...BY_TAG, revision: '1-24-0' } }),
    expected: [['blocking', LONE]],
    nearMiss: {
      what: 'one whose tag points to the old revision',
      given: lone({ podLabels: TAGGED, prediction: BY_TAG }),
    },
  },
  {
    code: 'PodLabelWithoutEffect',
    policy: 'tells of a pod label beside that of its namespace',
    given: found(
      {
        workloads: [workloadDetail({ podLabels: { app: 'cart', 'istio.io/rev': '1-24-0' } })],
      },
      { workloads: [workload()] },
    ),
    expected: [['info', 'Deployment shop/cart']],
    nearMiss: { what: 'where the namespace selects nothing', given: lone({}) },
  },
  {
    code: 'FirstWorkloadMissing',
    policy: 'asks about a workload that is to move first and does not exist, and says what does',
    given: firstOf(['Deployment shop/basket']),
    expected: [['overridable', 'Deployment shop/basket']],
    says: 'in namespace shop move DaemonSet shop/agent, Deployment shop/cart, Deployment shop/web',
    nearMiss: { what: 'one that does', given: firstOf(['Deployment shop/cart']) },
  },
  {
    code: 'FirstWorkloadMissing',
    policy: 'asks about a workload of another kind than it is',
    given: firstOf(['StatefulSet shop/cart']),
    expected: [['overridable', 'StatefulSet shop/cart']],
    nearMiss: { what: 'where nobody is to be first', given: firstOf([]) },
  },
  {
    code: 'FirstWorkloadMissing',
    policy: 'asks about a workload of a namespace in which nothing moves',
    given: firstOf(['Deployment bystander/lone']),
    expected: [['overridable', 'Deployment bystander/lone']],
    says: 'nothing moves in namespace bystander, but in billing, orders, shop',
    nearMiss: { what: 'of one in which it does', given: firstOf(['Deployment orders/intake']) },
  },
];
