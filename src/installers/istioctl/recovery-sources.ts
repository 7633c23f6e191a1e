import type { ObjectRef } from '../../domain/kubernetes-object.ts';

/** An object from which a running configuration is read back. */
export interface RecoverySource {
  readonly apiVersion: string;
  readonly kind: string;
  /** Without the suffix of the revision. */
  readonly baseName: string;
}

/** The objects in the mesh's namespace that `recoverConfiguration` reads; any of them may be absent. */
export const RECOVERY_SOURCES: readonly RecoverySource[] = [
  { apiVersion: 'v1', kind: 'ConfigMap', baseName: 'istio' },
  { apiVersion: 'v1', kind: 'ConfigMap', baseName: 'istio-sidecar-injector' },
  { apiVersion: 'v1', kind: 'ConfigMap', baseName: 'values' },
  { apiVersion: 'apps/v1', kind: 'Deployment', baseName: 'istiod' },
  { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', baseName: 'istiod' },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', baseName: 'istiod' },
  { apiVersion: 'v1', kind: 'Service', baseName: 'istiod' },
  { apiVersion: 'v1', kind: 'ServiceAccount', baseName: 'istiod' },
];

/** `istiod` of revision `1-26-1` is `istiod-1-26-1`; the unnamed revision has no suffix. */
export function nameInRevision(baseName: string, revision: string): string {
  return revision === 'default' ? baseName : `${baseName}-${revision}`;
}

/** The objects to read before `recoverConfiguration` of a revision. */
export function recoverySourceRefs(revision: string, meshNamespace: string): ObjectRef[] {
  return RECOVERY_SOURCES.map(({ apiVersion, kind, baseName }) => ({
    apiVersion,
    kind,
    namespace: meshNamespace,
    name: nameInRevision(baseName, revision),
  }));
}
