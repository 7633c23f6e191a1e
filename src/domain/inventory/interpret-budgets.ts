import type { KubernetesObject } from '../kubernetes-object.ts';
import type { AutoscalerFacts, BudgetFacts, LabelSelector } from './capacity.ts';

interface BudgetShape {
  readonly spec?: { readonly selector?: LabelSelector };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly disruptionsAllowed?: number;
    readonly currentHealthy?: number;
    readonly desiredHealthy?: number;
    readonly expectedPods?: number;
  };
}

/** A budget without a selector selects no pod (policy/v1); `{}` would select every one. */
const NOTHING: LabelSelector = {
  matchExpressions: [
    { key: 'meshlift.dev/nothing', operator: 'Exists' },
    { key: 'meshlift.dev/nothing', operator: 'DoesNotExist' },
  ],
};

/**
 * Reads one PodDisruptionBudget. One that was changed lets nobody go until its controller has seen it,
 * as the API server has it for evictions: its numbers are those of before.
 */
export function interpretBudget(budget: KubernetesObject): BudgetFacts {
  const { metadata, spec, status = {} } = budget as KubernetesObject & BudgetShape;
  const { observedGeneration = 0, disruptionsAllowed = 0 } = status;
  const isSeen = observedGeneration >= (metadata.generation ?? 0);
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    selector: spec?.selector ?? NOTHING,
    disruptionsAllowed: isSeen ? disruptionsAllowed : 0,
    currentHealthy: status.currentHealthy ?? 0,
    desiredHealthy: status.desiredHealthy ?? 0,
    expectedPods: status.expectedPods ?? 0,
  };
}

interface AutoscalerShape {
  readonly spec?: {
    readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string };
    readonly minReplicas?: number;
    readonly maxReplicas?: number;
  };
}

/** Reads one HorizontalPodAutoscaler. Without `minReplicas` it is 1, as the API says. */
export function interpretAutoscaler(autoscaler: KubernetesObject): AutoscalerFacts {
  const { spec } = autoscaler as KubernetesObject & AutoscalerShape;
  return {
    namespace: autoscaler.metadata.namespace ?? '',
    name: autoscaler.metadata.name,
    target: { kind: spec?.scaleTargetRef?.kind ?? '', name: spec?.scaleTargetRef?.name ?? '' },
    min: spec?.minReplicas ?? 1,
    max: spec?.maxReplicas ?? 0,
  };
}
