import type { PodChange } from './pod-changes.ts';

/** A PodDisruptionBudget, resolved to a number of pods. */
export interface Budget {
  readonly namespace: string;
  readonly name: string;
  /** As the disruption controller has it in `status.desiredHealthy`. */
  readonly desiredHealthy: number;
}

export interface BudgetedPods {
  readonly budgets: readonly Budget[];
  /** Ready pods at the beginning that were not being deleted. */
  readonly readyPods: readonly PodName[];
  /** Which budget a pod counts for; undefined for none. */
  readonly budgetOf: (pod: PodName) => Budget | undefined;
  /** In the order of time. */
  readonly changes: readonly PodChange[];
  readonly from: number;
  readonly to: number;
}

export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

export interface Shortfall {
  readonly budget: Budget;
  readonly seconds: number;
  /** Fewest healthy pods that there were. */
  readonly lowest: number;
}

/**
 * For how long each budget had fewer healthy pods than it demands, and how few; budgets that were
 * kept all the time are left out. Healthy is as the disruption controller counts it: ready, and not
 * being deleted.
 */
export function measureShortfalls(input: BudgetedPods): readonly Shortfall[] {
  const tracks = new Map(input.budgets.map((budget) => [budget, new Track(budget, input.from)]));
  const trackOf = (pod: PodName): Track | undefined => {
    const budget = input.budgetOf(pod);
    return budget === undefined ? undefined : tracks.get(budget);
  };
  for (const pod of input.readyPods) trackOf(pod)?.healthy.add(pod.name);
  for (const change of input.changes) {
    if (change.at >= input.from && change.at <= input.to) trackOf(change)?.apply(change);
  }
  return [...tracks.values()].flatMap((track) => {
    const { budget, belowMs, lowest } = track.endAt(input.to);
    return belowMs === 0 ? [] : [{ budget, seconds: belowMs / 1000, lowest }];
  });
}

class Track {
  readonly budget: Budget;
  readonly healthy = new Set<string>();
  belowMs = 0;
  lowest = Number.POSITIVE_INFINITY;
  #since: number;

  constructor(budget: Budget, from: number) {
    this.budget = budget;
    this.#since = from;
  }

  apply({ kind, at, name }: PodChange): void {
    this.#account(at);
    // A new pod of a name that was there before (a StatefulSet's) begins unready.
    if (kind === 'ready') this.healthy.add(name);
    else this.healthy.delete(name);
  }

  endAt(to: number): this {
    this.#account(to);
    return this;
  }

  /** The time until now was spent with as many pods as there still are. */
  #account(until: number): void {
    const elapsed = until - this.#since;
    this.#since = until;
    if (elapsed <= 0) return;
    if (this.healthy.size < this.budget.desiredHealthy) {
      this.belowMs += elapsed;
      this.lowest = Math.min(this.lowest, this.healthy.size);
    }
  }
}

export function totalSeconds(shortfalls: readonly Shortfall[]): number {
  return shortfalls.reduce((sum, { seconds }) => sum + seconds, 0);
}
