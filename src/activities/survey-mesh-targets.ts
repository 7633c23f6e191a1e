import type { KubernetesClient } from '../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../clients/resource-kinds.ts';
import { owningInstaller } from '../domain/inventory/owning-installer.ts';
import { compareText, type KubernetesObject } from '../domain/kubernetes-object.ts';
import { interpretControlPlanes } from '../domain/mesh/interpret-control-planes.ts';
import { surveyTargets } from '../domain/targets/assess-targets.ts';
import type { MeshTargets, TargetSource } from '../domain/targets/target.ts';
import type { VersionTable } from '../domain/version/version-table.ts';
import type { MeshInstaller } from '../installers/installer.ts';

export interface SurveyRequest {
  readonly cluster: string;
  readonly meshNamespace: string;
  readonly versions: VersionTable;
  /** `2026-03-01`. */
  readonly today: string;
}

/** Where a mesh can go. Two requests whatever its size: no pod has a say in it. Writes nothing. */
export async function surveyMeshTargets(
  kubernetes: KubernetesClient,
  installer: Pick<MeshInstaller, 'id' | 'capabilities' | 'versions'>,
  request: SurveyRequest,
): Promise<MeshTargets> {
  const { meshNamespace } = request;
  const [kubernetesVersion, istiods] = await Promise.all([
    kubernetes.serverVersion(),
    kubernetes.list(RESOURCE_KINDS.deployment, {
      namespace: meshNamespace,
      labelSelector: 'app=istiod',
    }),
  ]);
  return surveyTargets({
    ...request,
    kubernetesVersion,
    controlPlanes: istiods.flatMap(toSources).sort((a, b) => compareText(a.revision, b.revision)),
    available: installer.versions(),
    offers: { installer: installer.id, strategies: installer.capabilities.strategies },
  });
}

interface DeploymentShape {
  readonly spec?: {
    readonly template?: {
      readonly spec?: { readonly containers?: readonly { name: string; image?: string }[] };
    };
  };
}

function toSources(deployment: KubernetesObject): readonly TargetSource[] {
  const { spec } = deployment as KubernetesObject & DeploymentShape;
  const discovery = spec?.template?.spec?.containers?.find(({ name }) => name === 'discovery');
  const installer = owningInstaller(deployment, discovery?.image ?? '');
  return interpretControlPlanes([deployment]).map(({ revision, version }) => ({
    revision,
    ...(version === undefined ? {} : { version }),
    installer,
  }));
}
