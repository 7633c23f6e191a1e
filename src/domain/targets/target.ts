import type { OwningInstaller } from '../inventory/control-plane-detail.ts';
import type { Strategy } from '../planning/plan.ts';
import type { IstioVersion } from '../version/istio-version.ts';
import type { KubernetesFit } from '../version/kubernetes-fit.ts';
import type { SupportStatus } from '../version/version-facts.ts';
import type { VersionTable } from '../version/version-table.ts';

/** Why a step is not allowed, or cannot be known to be. Where a finding says the same, the code is the same. */
export const TARGET_REASON_CODES = [
  'ChosenByProvider',
  'DowngradeRequested',
  'FactUnknown',
  'InstallerBinaryMissing',
  'InstallerUnknown',
  'KubernetesTooOld',
  'MeshNotFound',
  'MinorSkipTooFar',
  'MixedControlPlanes',
  'ProviderSupportUnknown',
  'ProviderUnsupported',
  'StrategyNotOffered',
  'TargetAlreadyInstalled',
  'TargetWithdrawn',
  'UnsupportedInstallation',
] as const;
export type TargetReasonCode = (typeof TARGET_REASON_CODES)[number];

export interface TargetReason {
  readonly code: TargetReasonCode;
  /** `unknown`: not refused, but nobody can say that it is allowed. */
  readonly kind: 'refused' | 'unknown';
  readonly message: string;
  /** What would have to happen first; empty where the route or the provider is the answer. */
  readonly remedy: string;
}

/** `allowed` has no reasons; anything that is unknown makes it `unknown`, unless something refuses it. */
export interface StrategyAssessment {
  readonly verdict: 'allowed' | 'not-allowed' | 'unknown';
  /** Whether meshlift itself carries this strategy out here: with this installer, from this revision. */
  readonly offered: boolean;
  readonly reasons: readonly TargetReason[];
  readonly route: Route;
}

/** How the target is reached in steps that are allowed; one hop when the one step is near enough. */
export type Route =
  | { readonly kind: 'hops'; readonly hops: readonly Hop[] }
  /** From `after` no supplied version is near enough; any release of one of the `missing` minors would do. */
  | { readonly kind: 'gap'; readonly after: string; readonly missing: readonly string[] }
  | { readonly kind: 'none'; readonly why: string };

export interface Hop {
  readonly version: string;
  /** Against the cluster as it is when this hop's turn comes. */
  readonly kubernetes: KubernetesFit;
  /** The Kubernetes minor that the cluster has to reach before this hop, at least. */
  readonly clusterUpgrade?: ClusterUpgrade;
}

export interface ClusterUpgrade {
  readonly to: string;
  /** Set when the Istio that runs meanwhile is not known to be tested with that Kubernetes. */
  readonly warning?: string;
}

/** One version that the installer can supply, seen from what runs now. */
export interface TargetAssessment {
  readonly version: string;
  readonly direction: 'newer' | 'same' | 'older' | 'unknown';
  /** The workflow type that goes there. */
  readonly workflow: 'upgradeMesh' | 'downgradeMesh' | 'none';
  readonly canary: StrategyAssessment;
  readonly inPlace: StrategyAssessment;
  readonly kubernetes: KubernetesFit;
  readonly support: SupportStatus;
  /** Set when this release must not be installed. */
  readonly withdrawnBecause?: string;
}

/** A control plane that an upgrade would begin from. */
export interface TargetSource {
  readonly revision: string;
  /** Absent when its image tag is not a version. */
  readonly version?: string;
  readonly installer: OwningInstaller;
}

/** What meshlift itself can carry out, and on control planes of which installer. */
export interface Offers {
  readonly installer: OwningInstaller;
  readonly strategies: readonly Strategy[];
}

/** What the assessment looks at. */
export interface TargetsInput {
  readonly cluster: string;
  /** As the API server says it, `v1.33.1`. */
  readonly kubernetesVersion: string;
  readonly meshNamespace: string;
  readonly controlPlanes: readonly TargetSource[];
  /** Versions that the installer can supply. */
  readonly available: readonly IstioVersion[];
  readonly offers: Offers;
  readonly versions: VersionTable;
  /** `2026-03-01`. */
  readonly today: string;
  /** Minors that a managed offering supports on this cluster, `1.28`; absent while it was not asked. */
  readonly providerMinors?: readonly string[];
}

/** The answer to "where can this mesh go?" */
export interface MeshTargets {
  readonly cluster: string;
  readonly kubernetesVersion: string;
  readonly from: readonly TargetSource[];
  /** Support of the version that runs now; absent when not one version runs. */
  readonly support?: SupportStatus;
  /** What the rules for one step are, and where they come from. */
  readonly rules: { readonly installer: OwningInstaller; readonly sources: readonly string[] };
  /** What stands in the way of any step from here; each target's reasons have it too. */
  readonly obstacles: readonly TargetReason[];
  /** Newest first. */
  readonly targets: readonly TargetAssessment[];
}
