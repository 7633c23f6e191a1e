import type { Finding } from '../domain/finding.ts';
import type { JsonObject, KubernetesObject } from '../domain/kubernetes-object.ts';
import type { IstioVersion } from '../domain/version/istio-version.ts';

/** Puts Istio control planes on a cluster. Rendering is pure: nothing here changes a cluster. */
export interface MeshInstaller {
  readonly id: InstallerId;
  readonly capabilities: InstallerCapabilities;
  /** Versions that this installer can supply. */
  versions(): readonly IstioVersion[];
  /** sha256 of the binary of a version, which is fetched and verified for it when need be. */
  binaryDigest(version: IstioVersion, signal?: AbortSignal): Promise<string>;
  /** Reads back, from a cluster's objects, what a running revision was configured with. */
  recoverConfiguration(
    request: RecoverRequest,
    signal: AbortSignal,
  ): Promise<RecoveredConfiguration>;
  /** The objects of one revision at one version, complete with the owner labels that a real install sets. */
  render(request: RenderRequest, signal: AbortSignal): Promise<RenderedRelease>;
  /** The objects that make a tag point to a revision that is installed or will be. */
  renderTag(request: RenderTagRequest, signal: AbortSignal): Promise<readonly KubernetesObject[]>;
  /** The target's own precheck, mapped to findings. */
  precheck(request: PrecheckRequest, signal: AbortSignal): Promise<readonly Finding[]>;
  /** Manifests with the proxy that an injector of that version gives them; reaches no cluster. */
  inject(request: InjectRequest, signal: AbortSignal): Promise<readonly KubernetesObject[]>;
  /** What the target's own analyzers say of the mesh's configuration, mapped to findings. */
  analyze(request: AnalyzeRequest, signal: AbortSignal): Promise<readonly Finding[]>;
}

export const INSTALLER_IDS = ['istioctl'] as const;
export type InstallerId = (typeof INSTALLER_IDS)[number];

export interface InstallerCapabilities {
  readonly strategies: readonly ('canary' | 'in-place')[];
  readonly revisionTags: 'managed-here' | 'managed-by-provider' | 'unsupported';
  readonly ownsCrds: boolean;
}

export interface RecoverRequest {
  readonly version: IstioVersion;
  readonly revision: string;
  readonly meshNamespace: string;
  /** Live objects by `Kind/name` as far as they exist: see `RECOVERY_SOURCES`. */
  readonly live: readonly KubernetesObject[];
}

/** What a running revision was configured with, as an IstioOperator `spec` without revision. */
export interface RecoveredConfiguration {
  readonly spec: JsonObject;
  /** `recorded`: from the ConfigMap `values[-rev]` (1.26 on). `reconstructed`: from the live objects. */
  readonly source: 'recorded' | 'reconstructed';
  /** Name of the IstioOperator that the objects say they belong to; it becomes a label. */
  readonly ownerName?: string;
  /** What cannot be known from the cluster, in words. */
  readonly unknowns: readonly string[];
}

export interface RenderRequest {
  readonly version: IstioVersion;
  readonly revision: string;
  readonly meshNamespace: string;
  readonly configuration: RecoveredConfiguration;
  /** What is wanted of it; both when left out. Base brings the CRDs, which are most of the text. */
  readonly components?: readonly Component[];
}

export const COMPONENTS = ['Base', 'Pilot'] as const;
export type Component = (typeof COMPONENTS)[number];

export interface RenderedRelease {
  /** In the order in which they have to be applied, Base before Pilot. */
  readonly objects: readonly RenderedObject[];
  /** sha256 over the objects in order. */
  readonly digest: string;
  /** What the installer's own validation had to say about the configuration. */
  readonly warnings: readonly string[];
}

export interface RenderedObject {
  readonly component: Component;
  readonly object: KubernetesObject;
}

export interface RenderTagRequest {
  readonly tag: string;
  readonly revision: string;
  readonly version: IstioVersion;
  readonly meshNamespace: string;
  /** A kubeconfig that may read webhooks and Services. */
  readonly kubeconfig: string;
}

export interface InjectRequest {
  readonly version: IstioVersion;
  readonly revision: string;
  readonly meshNamespace: string;
  readonly injector: InjectorConfiguration;
  /** Each with its namespace. */
  readonly manifests: readonly KubernetesObject[];
}

/** What an injector is configured with, as the texts that its ConfigMaps hold. */
export interface InjectorConfiguration {
  /** Key `config` of `istio-sidecar-injector`. */
  readonly injectConfig: string;
  /** Key `mesh` of `istio`. */
  readonly meshConfig: string;
  /** Key `values` of `istio-sidecar-injector`. */
  readonly values: string;
}

export interface PrecheckRequest {
  readonly version: IstioVersion;
  readonly meshNamespace: string;
  readonly kubeconfig: string;
}

export interface AnalyzeRequest extends PrecheckRequest {
  /** The running revision: configuration labelled for it, or for none, is looked at. */
  readonly revision: string;
}
