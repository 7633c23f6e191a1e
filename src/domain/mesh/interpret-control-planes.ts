import { compareText, type KubernetesObject } from '../kubernetes-object.ts';
import { imageVersion } from '../version/image-version.ts';
import { REVISION_LABEL, TAG_LABEL } from './istio-labels.ts';
import type { ControlPlane, RevisionTag } from './observed-mesh.ts';

interface DeploymentShape {
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: {
      readonly spec?: { readonly containers?: readonly { name: string; image?: string }[] };
    };
  };
  readonly status?: {
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly observedGeneration?: number;
  };
}

/** istiod Deployments (label `app=istiod`) as control planes, by revision. */
export function interpretControlPlanes(deployments: readonly KubernetesObject[]): ControlPlane[] {
  return deployments
    .map((deployment) => interpretControlPlane(deployment))
    .sort((a, b) => compareText(a.revision, b.revision));
}

function interpretControlPlane(deployment: KubernetesObject): ControlPlane {
  const { spec, status } = deployment as KubernetesObject & DeploymentShape;
  const discovery = spec?.template?.spec?.containers?.find(({ name }) => name === 'discovery');
  const version = imageVersion(discovery?.image ?? '');
  const settled = (status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0);
  return {
    revision: deployment.metadata.labels?.[REVISION_LABEL] ?? 'default',
    ...(version === undefined ? {} : { version }),
    deployment: deployment.metadata.name,
    replicas: spec?.replicas ?? 1,
    readyReplicas: settled ? Math.min(status?.readyReplicas ?? 0, status?.updatedReplicas ?? 0) : 0,
    installer: installerOf(deployment),
  };
}

function installerOf(deployment: KubernetesObject): ControlPlane['installer'] {
  const { labels, annotations } = deployment.metadata;
  if (labels?.['operator.istio.io/managed'] !== undefined) return 'istioctl';
  if (annotations?.['meta.helm.sh/release-name'] !== undefined) return 'helm';
  return 'unknown';
}

/** MutatingWebhookConfigurations that carry `istio.io/tag`, as tags. */
export function interpretTags(configurations: readonly KubernetesObject[]): RevisionTag[] {
  return configurations
    .flatMap(({ metadata }): RevisionTag[] => {
      const tag = metadata.labels?.[TAG_LABEL];
      const revision = metadata.labels?.[REVISION_LABEL];
      if (tag === undefined || tag === '' || revision === undefined) return [];
      return [{ tag, revision, webhook: metadata.name }];
    })
    .sort((a, b) => compareText(a.tag, b.tag));
}
