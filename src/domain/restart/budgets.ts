import type { BudgetFacts } from '../inventory/capacity.ts';
import { interpretBudget } from '../inventory/interpret-budgets.ts';
import { matchesSelector } from '../inventory/match-selector.ts';
import { compareText, type KubernetesObject } from '../kubernetes-object.ts';

/** A PodDisruptionBudget as it is right now. */
export interface Budget extends BudgetFacts {
  /** Pods that it counts on, whether they are healthy or not. */
  readonly expectedPods: number;
}

interface ExpectingShape {
  readonly status?: { readonly expectedPods?: number };
}

/** Reads one PodDisruptionBudget as it is right now. */
export function interpretBudgetNow(budget: KubernetesObject): Budget {
  const { status } = budget as KubernetesObject & ExpectingShape;
  return { ...interpretBudget(budget), expectedPods: status?.expectedPods ?? 0 };
}

/** `shop/cart`: names a budget in messages and joins what counts against it. */
export function nameBudget({ namespace, name }: Pick<BudgetFacts, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

/** Most pods that a budget lets go while every pod is healthy. */
export function roomOf({ expectedPods, desiredHealthy }: Budget): number {
  return Math.max(0, expectedPods - desiredHealthy);
}

/** The budgets that pods with these labels count against, by name. */
export function budgetsOf(
  budgets: readonly Budget[],
  namespace: string,
  podLabels: Readonly<Record<string, string>>,
): readonly Budget[] {
  return budgets
    .filter((each) => each.namespace === namespace && matchesSelector(each.selector, podLabels))
    .toSorted((a, b) => compareText(a.name, b.name));
}
