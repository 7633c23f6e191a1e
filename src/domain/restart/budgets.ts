import type { BudgetFacts } from '../inventory/capacity.ts';
import { matchesSelector } from '../inventory/match-selector.ts';
import { compareText } from '../kubernetes-object.ts';

/** `shop/cart`: names a budget in messages and joins what counts against it. */
export function nameBudget({ namespace, name }: Pick<BudgetFacts, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

/** Most pods that a budget lets go while every pod is healthy. */
export function roomOf({ expectedPods, desiredHealthy }: BudgetFacts): number {
  return Math.max(0, expectedPods - desiredHealthy);
}

/** The budgets that pods with these labels count against, by name. */
export function budgetsOf(
  budgets: readonly BudgetFacts[],
  namespace: string,
  podLabels: Readonly<Record<string, string>>,
): readonly BudgetFacts[] {
  return budgets
    .filter((each) => each.namespace === namespace && matchesSelector(each.selector, podLabels))
    .toSorted((a, b) => compareText(a.name, b.name));
}
