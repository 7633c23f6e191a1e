import type { Drift } from './drift/drift.ts';

/** How a finding bears on a run: it stops it, stops it unless overridden by name, or only informs. */
export const SEVERITIES = ['blocking', 'overridable', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Every finding code; documented in docs/finding-codes.md. Append-only. */
export const FINDING_CODES = [
  'AlphaAnnotation',
  'AutoscalersDiffer',
  'BelowProviderMinimum',
  'BudgetAllowsNoDisruption',
  'CaRootsDiffer',
  'ControlPlaneDoesNotFit',
  'ControlPlaneNotRedundant',
  'ControlPlaneRollingOut',
  'CrdVersionMissing',
  'CrdsKept',
  'DefaultsDisagree',
  'DeprecatedAnnotation',
  'DirectEdit',
  'DowngradeRequested',
  'EnvoyFilterBoundToVersion',
  'FactUnknown',
  'FeatureLost',
  'FeatureMissing',
  'FirstWorkloadMissing',
  'GatewayApiVersion',
  'GracePeriodGrows',
  'InjectorsOverlap',
  'InstallerBinaryMissing',
  'IstioctlAnalyze',
  'IstioctlPrecheck',
  'JobKeepsProxy',
  'KubernetesTooOld',
  'KubernetesUntested',
  'LaterRunChangedMesh',
  'LiveEditWouldBeLost',
  'LoadBalancerUnprotected',
  'ManifestUnreadable',
  'MeshBusy',
  'MeshConfigDiffers',
  'MeshManagedElsewhere',
  'MeshNotFound',
  'MinorSkipTooFar',
  'MixedControlPlanes',
  'MovedPodByPod',
  'NamespaceHasBothLabels',
  'NamespaceManagedElsewhere',
  'NamespaceSelectsNothing',
  'NodeAgentSkew',
  'NothingToRollBack',
  'ObjectLeftBehind',
  'OldRevisionUnable',
  'PermissionMissing',
  'PlanChanged',
  'PodCreationRefused',
  'PodLabelWithoutEffect',
  'ProgressiveDelivery',
  'ProxiesCurrent',
  'ProxyAgeUnknown',
  'ProxyNotRendered',
  'ProxyOfUnknownRevision',
  'ProxyStays',
  'RefreshNeedsRevision',
  'ReleaseRefused',
  'RootCertificateMissing',
  'RunNotReversible',
  'RunRecordUnusable',
  'SettingRefused',
  'SidecarWouldBeGained',
  'SidecarWouldBeLost',
  'StoredVersionMissing',
  'SupportStatus',
  'SurgeDoesNotFit',
  'TagPointsNowhere',
  'TargetAlreadyInstalled',
  'TargetRevisionPresent',
  'TargetUnknown',
  'TargetWithdrawn',
  'UnsupportedInstallation',
  'UpgradeRequested',
  'ValidatorPointsNowhere',
  'ValuesNotRecovered',
  'WebhookUnanswered',
  'WorkloadCannotBeMoved',
  'WorkloadLeft',
  'WorkloadNotReady',
  'WorkloadNotRedundant',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** One result of a rule. Rules return a list; an empty list means pass. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** The object it is about, as `Kind namespace/name` or a plain name. */
  readonly subject: string;
  /** What was expected and what was found. */
  readonly message: string;
  /** What to do next, as a command where there is one. */
  readonly remedy: string;
  /** Set when the request named this finding with a reason. */
  readonly overriddenBecause?: string;
  /** Of `DirectEdit`: the fields, those that would be reset first; long values are cut. */
  readonly drift?: readonly Drift[];
}

/** Whether this finding stops a run: blocking always, overridable unless it was overridden. */
export function stopsRun(finding: Finding): boolean {
  switch (finding.severity) {
    case 'blocking':
      return true;
    case 'overridable':
      return finding.overriddenBecause === undefined;
    case 'info':
      return false;
  }
}

/** What a code means, for docs/finding-codes.md. */
export interface FindingDocument {
  readonly code: FindingCode;
  /** `blocking`, or in words where it depends: `info for a canary, overridable in place`. */
  readonly severity: string;
  readonly meaning: string;
  readonly remedy: string;
}
