import type { FarmSize } from './big-mesh.ts';

export interface FarmWorkload {
  readonly name: string;
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly replicas: number;
}

export interface FarmNamespace {
  readonly name: string;
  readonly workloads: readonly FarmWorkload[];
}

/** The ways of joining, in turn; the first namespace named is the one whose injection is the pattern. */
export const JOINS = [
  { namespace: 'shop', labels: { 'istio.io/rev': '1-25-1' } },
  { namespace: 'payments', labels: { 'istio.io/rev': 'prod-stable' } },
  { namespace: 'search', labels: { 'istio-injection': 'enabled' } },
] as const;

const WORKLOADS_PER_NAMESPACE = 50;
const ONE_IN_STATEFUL = 10;

/** Which workloads where: the same for the same size. Replicas differ, and their sum is `pods`. */
export function buildFarm({ workloads, pods }: FarmSize): readonly FarmNamespace[] {
  const base = Math.floor(pods / workloads);
  const all = Array.from({ length: workloads }, (_, index): FarmWorkload => {
    const kind = index % ONE_IN_STATEFUL === 0 ? 'StatefulSet' : 'Deployment';
    // Neighbours lend each other pods, so that there are small workloads and large ones.
    const lent =
      base > 1 && index < workloads - (workloads % 2) ? 1 + ((index >> 1) % (base - 1)) : 0;
    const replicas = base + (index % 2 === 0 ? -lent : lent) + (index < pods % workloads ? 1 : 0);
    return { name: `app-${String(index).padStart(5, '0')}`, kind, replicas };
  });
  return Array.from({ length: Math.ceil(workloads / WORKLOADS_PER_NAMESPACE) }, (_, index) => ({
    name: `farm-${String(index).padStart(3, '0')}`,
    workloads: all.slice(index * WORKLOADS_PER_NAMESPACE, (index + 1) * WORKLOADS_PER_NAMESPACE),
  }));
}

export function labelsToJoin(index: number): Readonly<Record<string, string>> {
  return (JOINS[index % JOINS.length] ?? JOINS[0]).labels;
}
