import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import { nameComponents } from '../../domain/drift/feature-names.ts';
import { detectFeatures, type Feature, type RenderPair } from '../../domain/drift/features.ts';
import { COMPONENT_LABEL } from '../../domain/mesh/istio-labels.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { MeshInstaller, RecoveredConfiguration } from '../../installers/installer.ts';
import type { RunningRelease } from '../release/recover-release.ts';

export interface FeatureRequest {
  readonly from: RunningRelease;
  readonly to: RunningRelease;
  readonly configuration: RecoveredConfiguration;
  /** What both versions render of that configuration. */
  readonly running: readonly KubernetesObject[];
  readonly wanted: readonly KubernetesObject[];
}

export interface FoundFeatures {
  readonly features: readonly Feature[];
  /** Gateways, CNI and ztunnel, in words. */
  readonly components: readonly string[];
}

/** With what the running revision was configured, and whether the same comes back in the target. */
export async function readFeatures(
  { worker }: ClusterAccess,
  installer: MeshInstaller,
  { from, to, configuration, running, wanted }: FeatureRequest,
  signal: AbortSignal,
): Promise<FoundFeatures> {
  const nothing = untouchedOf(configuration);
  const pairOf = async (
    release: RunningRelease,
    configured: readonly KubernetesObject[],
  ): Promise<RenderPair> => {
    const request = { ...release, configuration: nothing, components: ['Pilot'] } as const;
    const { objects } = await installer.render(request, signal);
    const { revision } = release;
    return { revision, configured, untouched: objects.map(({ object }) => object) };
  };
  const [before, after, ...beside] = await Promise.all([
    pairOf(from, running),
    pairOf(to, wanted),
    ...[RESOURCE_KINDS.deployment, RESOURCE_KINDS.daemonSet].map((kind) =>
      worker.list(kind, { labelSelector: COMPONENT_LABEL, metadataOnly: true }),
    ),
  ]);
  return { features: detectFeatures(before, after), components: nameComponents(beside.flat()) };
}

/** The same installation with nothing configured. */
function untouchedOf({ source, ownerName }: RecoveredConfiguration): RecoveredConfiguration {
  return { spec: {}, source, unknowns: [], ...(ownerName === undefined ? {} : { ownerName }) };
}
