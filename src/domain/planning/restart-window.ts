import type { RolloutState } from '../health/assess-rollout.ts';

/** One workload in the window: how many pods it replaces, and how far it is. */
export interface WindowEntry {
  readonly key: string;
  readonly pods: number;
  readonly state: RolloutState;
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
