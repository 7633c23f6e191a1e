import type { Finding } from '../../finding.ts';
import type { BudgetFacts } from '../../inventory/capacity.ts';
import { matchesSelector } from '../../inventory/match-selector.ts';
import type { WorkloadDetail } from '../../inventory/workload-detail.ts';
import { currentControlPlanes, type PreflightFacts, type Rule } from '../facts.ts';
import { nameSome, nameWorkload } from '../name-objects.ts';

/** A budget that allows nothing holds up every eviction: of an undo, and of a node that is drained. */
export const budgetsRule: Rule = {
  documents: [
    {
      code: 'BudgetAllowsNoDisruption',
      severity:
        'overridable where it covers meshed workloads; for the budget of istiod info for a canary, overridable in place',
      meaning:
        'a PodDisruptionBudget allows no disruption now, because it asks for all replicas or because some are not ready: pods that it covers cannot be evicted, and a rollback that has to evict them waits.',
      remedy: 'add a replica, bring the missing ones to readiness, or loosen the budget.',
    },
  ],
  check: (facts) => [...checkWorkloadBudgets(facts), ...checkControlPlaneBudgets(facts)],
};

function checkWorkloadBudgets({ inventory }: PreflightFacts): readonly Finding[] {
  const budgets = inventory.budgets.kind === 'known' ? inventory.budgets.value : [];
  const meshed = Map.groupBy(
    inventory.workloads.filter(({ podsWithProxy }) => podsWithProxy > 0),
    ({ namespace }) => namespace,
  );
  return budgets.flatMap((budget): Finding[] => {
    const covered = coveredBy(budget, meshed.get(budget.namespace) ?? []);
    if (budget.disruptionsAllowed > 0 || covered.length === 0) return [];
    return [
      {
        code: 'BudgetAllowsNoDisruption',
        severity: 'overridable',
        subject: `PodDisruptionBudget ${budget.namespace}/${budget.name}`,
        message: `expected it to allow at least 1 disruption, found 0 (${budget.currentHealthy} healthy pods, ${budget.desiredHealthy} demanded), covering ${nameSome(covered)}`,
        remedy: `kubectl -n ${budget.namespace} describe poddisruptionbudget ${budget.name}`,
      },
    ];
  });
}

function coveredBy({ selector }: BudgetFacts, workloads: readonly WorkloadDetail[]): string[] {
  return workloads
    .filter(({ podLabels }) => matchesSelector(selector, podLabels))
    .map(nameWorkload);
}

function checkControlPlaneBudgets(facts: PreflightFacts): readonly Finding[] {
  const { mesh, inventory, strategy } = facts;
  const current = new Set(currentControlPlanes(facts).map(({ revision }) => revision));
  return inventory.controlPlanes.flatMap(({ revision, budget }): Finding[] => {
    if (!current.has(revision) || budget === undefined || budget.disruptionsAllowed > 0) return [];
    return [
      {
        code: 'BudgetAllowsNoDisruption',
        severity: strategy === 'canary' ? 'info' : 'overridable',
        subject: `PodDisruptionBudget ${mesh.meshNamespace}/${budget.name}`,
        message: `expected it to allow at least 1 disruption, found 0, covering istiod of revision ${revision}`,
        remedy: `kubectl -n ${mesh.meshNamespace} describe poddisruptionbudget ${budget.name}`,
      },
    ];
  });
}
