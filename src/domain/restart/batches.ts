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
