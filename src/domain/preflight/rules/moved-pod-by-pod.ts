import type { Finding } from '../../finding.ts';
import type { BudgetFacts } from '../../inventory/capacity.ts';
import type { WorkloadDetail } from '../../inventory/workload-detail.ts';
import { budgetsOf } from '../../restart/budgets.ts';
import { chooseMethod } from '../../restart/choose-method.ts';
import { treatmentOf } from '../../restart/treatment.ts';
import type { PreflightFacts, Rule } from '../facts.ts';
import { informOnce, nameWorkload } from '../name-objects.ts';

/** How a workload will be moved is no surprise: most by their template, these by evictions. */
export const movedPodByPodRule: Rule = {
  documents: [
    {
      code: 'MovedPodByPod',
      severity: 'info (one finding for all of them)',
      meaning:
        'a new pod template would not replace every pod of a meshed workload (its rollout is paused, its update strategy is OnDelete or has a partition, it is a ReplicaSet that nothing controls), or would take away more at once than a PodDisruptionBudget lets go, or all of them (Recreate): its pods are evicted one after the other instead, as its budgets allow, and its template stays as it is.',
      remedy:
        'nothing has to be done; a strategy within the budgets, such as maxUnavailable 0, lets it be restarted by its template.',
    },
  ],
  check: checkWorkloads,
};

function isEvicted(workload: WorkloadDetail, all: readonly BudgetFacts[]): boolean {
  const { rollout, podsWithProxy, namespace, podLabels } = workload;
  const decision = treatmentOf(workload);
  if (decision.kind === 'leave' || rollout === undefined || podsWithProxy === 0) return false;
  const budgets = budgetsOf(all, namespace, podLabels);
  return chooseMethod(decision.treatment, rollout, budgets).kind === 'evict';
}

function checkWorkloads({ inventory }: PreflightFacts): readonly Finding[] {
  const budgets = inventory.budgets.kind === 'known' ? inventory.budgets.value : [];
  const evicted = inventory.workloads.filter((workload) => isEvicted(workload, budgets));
  return informOnce({
    code: 'MovedPodByPod',
    subjects: evicted.map(nameWorkload),
    noun: 'workloads',
    message:
      'expected a strategy that replaces every pod within its budgets, found one that does not: the pods are evicted one after the other',
    remedy: 'kubectl get deployments,statefulsets,daemonsets,poddisruptionbudgets',
  });
}
