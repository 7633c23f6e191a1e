import type { ArtefactSettings } from '../artefacts/source.ts';
import type { Policy } from '../domain/policy.ts';
import type { Freeze, MaintenanceWindow } from '../domain/time/maintenance-window.ts';
import type { VersionTable } from '../domain/version/version-table.ts';
import type { NotifierSettings } from '../notifications/settings.ts';

/** `meshlift.yaml`, read and checked. */
export interface Config {
  /** The file it came from, for messages. */
  readonly file: string;
  readonly taskQueue: string;
  readonly webUrl?: string;
  readonly clusters: ReadonlyMap<string, ClusterConfig>;
  readonly istioctl: Readonly<Record<string, { readonly path: string; readonly sha256: string }>>;
  /** Where istioctl of other versions comes from. */
  readonly artefacts?: ArtefactSettings;
  /** What is known of each minor of Istio, with the file's own rows in it. */
  readonly versions: VersionTable;
  /** Whom runs tell what happens; absent: nobody. */
  readonly notifications?: readonly NotifierSettings[];
  /** Who may decide where decisions are signed, by name; absent: nobody. */
  readonly approvers?: Readonly<Record<string, Approver>>;
  /** Times in which meshes may be changed; absent: none has a name. */
  readonly windows?: readonly MaintenanceWindow[];
  readonly freezes?: readonly ConfiguredFreeze[];
}

/** A freeze, of all clusters where it names none. */
export interface ConfiguredFreeze extends Freeze {
  readonly clusters?: readonly string[];
}

/** Somebody who may decide, with what proves it. */
export interface Approver {
  /** Absolute paths of files with public keys. */
  readonly keys: readonly string[];
  readonly roles: readonly string[];
}

export interface ClusterConfig {
  readonly name: string;
  readonly kubeconfig: string;
  readonly installerKubeconfig: string;
  readonly context?: string;
  readonly meshNamespace: string;
  readonly installer: 'istioctl';
  readonly taskQueue: string;
  readonly policy: Policy;
  /** Absent: what was injected by hand cannot be moved. */
  readonly manualInjection?: ManualInjection;
}

/** Where workloads that were injected by hand come from; the paths are absolute. */
export interface ManualInjection {
  /** A file or a folder. */
  readonly manifests: string;
  /** Of manifests that name no namespace; absent: they are not used. */
  readonly namespace?: string;
  /** In place of what the injector of each revision has. */
  readonly injectConfigFile?: string;
  readonly meshConfigFile?: string;
  readonly valuesFile?: string;
}

/** Thrown when `meshlift.yaml` is missing or wrong; the message names file, line and remedy. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
