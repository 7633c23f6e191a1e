import type { RolloutState } from '../health/assess-rollout.ts';

/** One workload in the window: how many pods it replaces, and how far it is. */
export interface WindowEntry {
  readonly key: string;
  readonly pods: number;
  readonly state: RolloutState;
}

/** Workloads that one activity restarts: what it knows of each travels in heartbeats and histories. */
export const MAX_WORKLOADS_PER_BATCH = 500;

export interface Batch<T> {
  readonly items: readonly T[];
  /** How many come in earlier batches. */
  readonly before: number;
  readonly isLast: boolean;
}

/** One batch of a wave's workloads, counted from 0. Beyond the last one there is nothing to do. */
export function takeBatch<T>(all: readonly T[], batch: number): Batch<T> {
  const before = Math.min(batch * MAX_WORKLOADS_PER_BATCH, all.length);
  const end = before + MAX_WORKLOADS_PER_BATCH;
  return { items: all.slice(before, end), before, isLast: end >= all.length };
}

/**
 * Which workloads begin now: in order, while the pods under way stay within the budget. A workload
 * larger than the whole budget goes alone.
 */
export function nextRestarts(
  entries: readonly WindowEntry[],
  maxPodsInFlight: number,
): readonly string[] {
  let inFlight = entries
    .filter(({ state }) => state.kind === 'moving')
    .reduce((sum, { pods }) => sum + pods, 0);
  const chosen: string[] = [];
  for (const { key, pods, state } of entries) {
    if (state.kind !== 'waiting') continue;
    if (inFlight > 0 && inFlight + pods > maxPodsInFlight) break;
    chosen.push(key);
    inFlight += pods;
  }
  return chosen;
}
