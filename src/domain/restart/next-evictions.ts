import { compareText } from '../kubernetes-object.ts';
import type { PodFacts } from '../mesh/interpret-pods.ts';
import type { RolloutLimits } from './rollout-limits.ts';

export interface EvictionFacts {
  /** The workload's pods, finished ones left out. */
  readonly pods: readonly PodFacts[];
  readonly limits: RolloutLimits;
  readonly hasBudget: boolean;
  readonly isOnTarget: (pod: PodFacts) => boolean;
}

/**
 * The pods of a workload that leave now, when it is moved pod by pod. A ready one leaves only while
 * everybody else is there and ready, and only as many as the workload's own strategy would take away;
 * where a budget counts, one. Old pods that are not ready serve nobody: they leave first, together.
 */
export function nextEvictions({
  pods,
  limits,
  hasBudget,
  isOnTarget,
}: EvictionFacts): readonly PodFacts[] {
  const current = pods.filter(({ terminating }) => !terminating);
  if (current.length < pods.length) return [];
  const old = current.filter((pod) => !isOnTarget(pod)).toSorted(lastFirst);
  const unready = old.filter(({ ready }) => !ready);
  if (unready.length > 0) return unready;
  const isWhole = current.every(({ ready }) => ready) && current.length >= limits.desired;
  return isWhole ? old.slice(0, evictedAtOnce(limits, hasBudget)) : [];
}

/** Pods that are asked to leave together. */
export function evictedAtOnce(
  { replaces, unavailable }: Pick<RolloutLimits, 'replaces' | 'unavailable'>,
  hasBudget: boolean,
): number {
  return hasBudget || replaces === 'all-at-once' ? 1 : Math.max(1, unavailable);
}

/** `db-10` before `db-9`: as a StatefulSet replaces its own. */
function lastFirst(a: PodFacts, b: PodFacts): number {
  return b.name.length - a.name.length || compareText(b.name, a.name);
}
