/** CPU in thousandths of a core, memory in bytes. */
export interface ResourceAmount {
  readonly milliCpu: number;
  readonly memoryBytes: number;
}

/** Room on the nodes that take new pods: requests against allocatable, as the scheduler counts. */
export interface CapacityFacts {
  readonly nodes: number;
  /** What is left on each node, largest first; at most the 200 largest are kept. */
  readonly free: readonly (ResourceAmount & { readonly node: string; readonly pods: number })[];
  readonly totalFree: ResourceAmount & { readonly pods: number };
}

/** A PodDisruptionBudget. */
export interface BudgetFacts {
  readonly namespace: string;
  readonly name: string;
  readonly selector: LabelSelector;
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  /** Pods that it counts on, whether they are healthy or not. */
  readonly expectedPods: number;
}

/** A HorizontalPodAutoscaler. */
export interface AutoscalerFacts {
  readonly namespace: string;
  readonly name: string;
  readonly target: { readonly kind: string; readonly name: string };
  readonly min: number;
  readonly max: number;
}

/** `matchLabels` and `matchExpressions` as Kubernetes has them. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    readonly values?: readonly string[];
  }[];
}
