import type { KubernetesObject } from '../kubernetes-object.ts';

/**
 * Whether a changed pod template replaces no pod by itself, and the pod that comes instead of an
 * evicted one is made from it. Below a partition it would be made from the old one, and a paused
 * Deployment makes its pods from the ReplicaSet that it has
 * (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#partitions).
 */
export function takesNewTemplateByEviction(kind: string, updateStrategy: string): boolean {
  return kind === 'ReplicaSet' || updateStrategy === 'OnDelete';
}

interface WithStrategy {
  readonly spec?: { readonly updateStrategy?: { readonly type?: string } };
}

/** `OnDelete`, `RollingUpdate`; what says nothing rolls. */
export function updateStrategyOf(workload: KubernetesObject): string {
  const { spec } = workload as KubernetesObject & WithStrategy;
  return spec?.updateStrategy?.type ?? 'RollingUpdate';
}
