import { compareText, type KubernetesObject } from '../kubernetes-object.ts';
import type { CapacityFacts, ResourceAmount } from './capacity.ts';
import type { PodDetail } from './interpret-pod-detail.ts';
import { addAmounts, amountOf, NOTHING, parseQuantity } from './quantity.ts';

/** A node that takes pods, and what it has for them. */
export interface NodeFacts {
  readonly name: string;
  readonly allocatable: ResourceAmount;
  /** Most pods that it takes. */
  readonly pods: number;
}

interface NodeShape {
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly effect?: string }[];
  };
  readonly status?: {
    readonly allocatable?: {
      readonly cpu?: unknown;
      readonly memory?: unknown;
      readonly pods?: unknown;
    };
  };
}

const LARGEST_KEPT = 200;

/**
 * Reads one node; nothing when it takes no pod that tolerates no taint: cordoned, or tainted
 * `NoSchedule` or `NoExecute`, as nodes are that are not ready.
 */
export function interpretNode(node: KubernetesObject): NodeFacts | undefined {
  const { spec, status } = node as KubernetesObject & NodeShape;
  const isClosed =
    spec?.unschedulable === true ||
    (spec?.taints ?? []).some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
  if (isClosed) return undefined;
  return {
    name: node.metadata.name,
    allocatable: amountOf(status?.allocatable),
    pods: parseQuantity(status?.allocatable?.pods) ?? 0,
  };
}

/** What the pods that are there leave free. A pod counts until it is gone, also while it ends. */
export function interpretCapacity(
  nodes: readonly NodeFacts[],
  pods: readonly PodDetail[],
): CapacityFacts {
  const used = new Map<string, { amount: ResourceAmount; pods: number }>();
  for (const { node, finished, requests } of pods) {
    if (node === undefined || finished) continue;
    const before = used.get(node) ?? { amount: NOTHING, pods: 0 };
    used.set(node, { amount: addAmounts(before.amount, requests), pods: before.pods + 1 });
  }
  const free = nodes.map(({ name, allocatable, pods: room }) => {
    const taken = used.get(name);
    return {
      node: name,
      milliCpu: Math.max(0, allocatable.milliCpu - (taken?.amount.milliCpu ?? 0)),
      memoryBytes: Math.max(0, allocatable.memoryBytes - (taken?.amount.memoryBytes ?? 0)),
      pods: Math.max(0, room - (taken?.pods ?? 0)),
    };
  });
  return {
    nodes: nodes.length,
    free: free
      .toSorted(
        (a, b) =>
          b.milliCpu - a.milliCpu || b.memoryBytes - a.memoryBytes || compareText(a.node, b.node),
      )
      .slice(0, LARGEST_KEPT),
    totalFree: { ...addAmounts(...free), pods: free.reduce((sum, node) => sum + node.pods, 0) },
  };
}
