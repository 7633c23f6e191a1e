import type { KubernetesObject } from '../kubernetes-object.ts';
import type { Condition } from '../health/verdict.ts';
import type { RevisionAt } from '../planning/plan.ts';
import { imageVersion } from '../version/image-version.ts';

interface DeploymentShape {
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: {
      readonly spec?: { readonly containers?: readonly { name: string; image?: string }[] };
    };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

/**
 * Whether every istiod of a revision is at one version: while a rollout goes on, old and new ones answer
 * by turns, and whose proxy a new pod gets is chance.
 */
export function assessRollout(
  istiod: KubernetesObject | undefined,
  { revision, version }: RevisionAt,
): Condition {
  const type = 'ControlPlaneAtVersion';
  if (istiod === undefined) {
    return { type, status: 'Degraded', message: `control plane ${revision} is not there` };
  }
  const { spec, status, metadata } = istiod as KubernetesObject & DeploymentShape;
  const discovery = spec?.template?.spec?.containers?.find(({ name }) => name === 'discovery');
  const found = imageVersion(discovery?.image ?? '');
  if (found !== version) {
    const message = `istiod of ${revision} is to run ${found ?? discovery?.image ?? 'nothing'}, not ${version}`;
    return { type, status: 'Degraded', message };
  }
  const wanted = spec?.replicas ?? 1;
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0 } = status ?? {};
  const available = status?.availableReplicas ?? 0;
  const isSeen = observedGeneration >= (metadata.generation ?? 0);
  const isDone = isSeen && [replicas, updatedReplicas, available].every((each) => each === wanted);
  const message = `${available} of ${wanted} istiods of ${revision} serve ${version}`;
  if (isDone && wanted > 0) return { type, status: 'Healthy', message };
  const others = isSeen ? `, ${replicas - updatedReplicas} of another version are left` : '';
  return {
    type,
    status: 'Progressing',
    message: `${updatedReplicas} of ${wanted} istiods of ${revision} are at ${version}${others}`,
  };
}

/** Whether the next pod gets the proxy of that version, by a pod that was not created. */
export function assessProxy(
  image: string | undefined,
  { revision, version }: RevisionAt,
): Condition {
  const type = 'InjectsVersion';
  if (image !== undefined && imageVersion(image) === version) {
    return { type, status: 'Healthy', message: `${revision} injects ${image}` };
  }
  const message = `expected ${revision} to inject a proxy of ${version}, found ${image ?? 'none'}`;
  return { type, status: 'Progressing', message };
}
