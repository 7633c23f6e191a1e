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
export function assessRollout(istiod: KubernetesObject | undefined, at: RevisionAt): Condition {
  const type = 'ControlPlaneAtVersion';
  if (istiod === undefined) {
    return { type, status: 'Degraded', message: `control plane ${at.revision} is not there` };
  }
  const { spec } = istiod as KubernetesObject & DeploymentShape;
  const discovery = spec?.template?.spec?.containers?.find(({ name }) => name === 'discovery');
  const image = discovery?.image ?? 'nothing';
  if (imageVersion(image) !== at.version) {
    const message = `istiod of ${at.revision} is to run ${imageVersion(image) ?? image}, not ${at.version}`;
    return { type, status: 'Degraded', message };
  }
  return { type, ...assessCounts(istiod, at) };
}

function assessCounts(
  istiod: KubernetesObject & DeploymentShape,
  { revision, version }: RevisionAt,
): Pick<Condition, 'status' | 'message'> {
  const { spec, metadata } = istiod;
  const status = { ...NOTHING_SEEN, ...istiod.status };
  const wanted = spec?.replicas ?? 1;
  const isSeen = status.observedGeneration >= (metadata.generation ?? 0);
  const counts = [status.replicas, status.updatedReplicas, status.availableReplicas];
  if (isSeen && wanted > 0 && counts.every((each) => each === wanted)) {
    return {
      status: 'Healthy',
      message: `${wanted} of ${wanted} istiods of ${revision} serve ${version}`,
    };
  }
  const left = isSeen ? status.replicas - status.updatedReplicas : 0;
  const others = left > 0 ? `, and ${left} of another version are left` : '';
  const message = `${status.availableReplicas} istiods of ${revision} are available, ${status.updatedReplicas} of ${wanted} at ${version}${others}`;
  return { status: 'Progressing', message };
}

const NOTHING_SEEN = {
  observedGeneration: 0,
  replicas: 0,
  updatedReplicas: 0,
  availableReplicas: 0,
} as const;

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
