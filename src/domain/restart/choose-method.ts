import type { BudgetFacts } from '../inventory/capacity.ts';
import { nameBudget, roomOf } from './budgets.ts';
import type { RolloutLimits } from './rollout-limits.ts';

/**
 * How a workload's pods are replaced. `template`: a mark on its pod template, and its controller does
 * the rest by its own strategy. `evict`: pod by pod through the eviction API, which honours budgets;
 * its controller makes the new pod from the template that it has.
 */
export type RestartMethod =
  { readonly kind: 'template' } | { readonly kind: 'evict'; readonly because: string };

/**
 * A rolling update asks no budget (https://kubernetes.io/docs/concepts/workloads/pods/disruptions/),
 * so it is chosen only where its strategy stays within every budget by itself. A strategy that takes
 * nothing away before the new pod is there breaks none, even where a budget lets nobody go.
 */
export function chooseMethod(
  limits: RolloutLimits,
  budgets: readonly BudgetFacts[],
): RestartMethod {
  if (limits.replaces === 'not-all') return { kind: 'evict', because: limits.because };
  if (limits.replaces === 'all-at-once' && limits.desired > 1) {
    return { kind: 'evict', because: 'its strategy Recreate takes all pods away at once' };
  }
  const broken = budgets.find((budget) => limits.unavailable > roomOf(budget));
  if (broken === undefined) return { kind: 'template' };
  return {
    kind: 'evict',
    because: `its strategy takes ${limits.unavailable} away at once and budget ${nameBudget(broken)} lets ${roomOf(broken)} go`,
  };
}
