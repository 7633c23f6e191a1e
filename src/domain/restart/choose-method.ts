import { assertNever } from '../assert-never.ts';
import type { BudgetFacts } from '../inventory/capacity.ts';
import { nameBudget, roomOf } from './budgets.ts';
import type { RolloutLimits } from './rollout-limits.ts';
import type { InjectTreatment } from './manual/inject-treatment.ts';
import type { Treatment } from './treatment.ts';

/**
 * How a workload's pods are replaced. `template`: a mark on its pod template, and its controller does
 * the rest by its own strategy. `evict`: pod by pod through the eviction API, which honours budgets;
 * its controller makes the new pod from the template that it has. `restart-at`: the controller of an
 * Argo Rollout evicts. `recreate`: evicted, and made again by us.
 */
export type RestartMethod =
  | { readonly kind: 'template' }
  | { readonly kind: 'evict'; readonly because: string }
  | { readonly kind: 'restart-at' }
  | { readonly kind: 'recreate' };

/** A treatment as far as the method depends on it. */
export type ChosenTreatment =
  Exclude<Treatment, { kind: 'inject' }> | Pick<InjectTreatment, 'kind'>;

/** How a workload moves now, by what the plan says of it and what it and its budgets are like. */
export function chooseMethod(
  treatment: ChosenTreatment,
  limits: RolloutLimits,
  budgets: readonly BudgetFacts[],
): RestartMethod {
  switch (treatment.kind) {
    case 'restart':
      return chooseRestart(limits, budgets);
    case 'inject':
      // Nothing but the new template brings the new proxy: its rollout waits for its budgets.
      return limits.replaces === 'not-all'
        ? { kind: 'evict', because: limits.because }
        : { kind: 'template' };
    case 'evict':
    case 'restart-at':
    case 'recreate':
      return treatment;
    default:
      return assertNever(treatment);
  }
}

/**
 * A rolling update asks no budget (https://kubernetes.io/docs/concepts/workloads/pods/disruptions/),
 * so it is chosen only where its strategy stays within every budget by itself. A strategy that takes
 * nothing away before the new pod is there breaks none, even where a budget lets nobody go.
 */
function chooseRestart(limits: RolloutLimits, budgets: readonly BudgetFacts[]): RestartMethod {
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
