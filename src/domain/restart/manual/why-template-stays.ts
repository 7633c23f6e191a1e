import type { BudgetFacts } from '../../inventory/capacity.ts';
import type { WorkloadDetail } from '../../inventory/workload-detail.ts';
import { budgetsOf, nameBudget, roomOf } from '../budgets.ts';
import { takesNewTemplateByEviction } from '../takes-new-template.ts';

/**
 * Why a new pod template of this workload would reach no pod, or take away more of them than a budget
 * lets go; else `undefined`. Nothing but a new template brings the new proxy of what was injected by hand.
 */
export function whyTemplateStays(
  { kind, namespace, podLabels, rollout, updateStrategy }: WorkloadDetail,
  budgets: readonly BudgetFacts[],
): string | undefined {
  if (rollout === undefined) return undefined;
  if (rollout.replaces === 'not-all') {
    return takesNewTemplateByEviction(kind, updateStrategy)
      ? undefined
      : `a new pod template would not replace its pods: ${rollout.because}`;
  }
  const { unavailable } = rollout;
  const broken = budgetsOf(budgets, namespace, podLabels).find(
    (each) => unavailable > roomOf(each),
  );
  return broken === undefined
    ? undefined
    : `a new pod template would break a budget: its strategy takes ${unavailable} away at once and budget ${nameBudget(broken)} lets ${roomOf(broken)} go`;
}
