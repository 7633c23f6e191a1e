import type { LiveNamespace, LiveWorkload } from '../../rig/mesh/farm-live/plan-farm.ts';

export interface BenchRequest {
  readonly cluster: string;
  readonly target: string;
  readonly overrides: readonly {
    readonly code: string;
    readonly subject: string;
    readonly reason: string;
  }[];
}

/** What a person would send who knows of the budgets that ask for every replica. */
export function buildRequest(
  farm: readonly LiveNamespace[],
  named: Pick<BenchRequest, 'cluster' | 'target'>,
): BenchRequest {
  const overrides = farm.flatMap(({ name: namespace, workloads }) =>
    workloads.filter(asksForAll).map(({ name }) => ({
      code: 'BudgetAllowsNoDisruption',
      subject: `PodDisruptionBudget ${namespace}/${name}`,
      reason: 'the rollout makes a new pod before it takes an old one away',
    })),
  );
  return { ...named, overrides };
}

function asksForAll({ budget, replicas }: LiveWorkload): boolean {
  return budget !== undefined && 'minAvailable' in budget && budget.minAvailable === replicas;
}
