import type { UpgradePlan } from './plan.ts';

/** `in-place: revision default keeps its name`. */
export function describeStrategy({ strategy, to }: Pick<UpgradePlan, 'strategy' | 'to'>): string {
  return strategy === 'in-place' ? `${strategy}: revision ${to.revision} keeps its name` : strategy;
}

/** A row for the hops that follow in the same run, where there are any. */
export function describeHops({
  to,
  nextHops = [],
}: Pick<UpgradePlan, 'to' | 'nextHops'>): readonly (readonly [string, string])[] {
  if (nextHops.length === 0) return [];
  const route = [to.version, ...nextHops].join(' → ');
  return [['Route', `${route}; this is the first hop, and each has a plan and a gate of its own`]];
}
