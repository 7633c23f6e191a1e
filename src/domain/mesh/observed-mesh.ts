/** What was read of a mesh before anything is planned. Facts only; a fact that could not be read is named. */
export interface ObservedMesh {
  readonly cluster: string;
  /** uid of the namespace `kube-system`: the cluster's identity. */
  readonly clusterUid: string;
  /** As the API server says it, e.g. `v1.33.1`. */
  readonly kubernetesVersion: string;
  readonly meshNamespace: string;
  readonly controlPlanes: readonly ControlPlane[];
  readonly tags: readonly RevisionTag[];
  /** The revision that the default validator sends to; absent when there is no such webhook. */
  readonly defaultValidatorRevision?: string;
  readonly namespaces: readonly ObservedNamespace[];
  /** Workloads with at least one proxy, or that would get one at their next restart. */
  readonly workloads: readonly ObservedWorkload[];
  /** Pods with a proxy whose owner is not a workload that can be restarted. */
  readonly loosePods: readonly LoosePod[];
  /** Who holds the mesh, when a run does. */
  readonly owner?: MeshOwner;
}

/** One istiod revision. The unnamed revision is called `default`. */
export interface ControlPlane {
  readonly revision: string;
  /** From the image tag of container `discovery`; absent when it is not a version. */
  readonly version?: string;
  readonly deployment: string;
  readonly replicas: number;
  readonly readyReplicas: number;
  /** Which installer's marks the Deployment carries. */
  readonly installer: 'istioctl' | 'helm' | 'unknown';
}

export interface RevisionTag {
  readonly tag: string;
  readonly revision: string;
  /** Name of the MutatingWebhookConfiguration that is the tag. */
  readonly webhook: string;
}

/** By what a namespace's pods get their proxy. `istio-injection` beats `istio.io/rev`. */
export type NamespaceSelection =
  | { readonly kind: 'tag'; readonly tag: string; readonly revision: string }
  | { readonly kind: 'revision'; readonly revision: string }
  | { readonly kind: 'injection-label'; readonly revision?: string }
  | { readonly kind: 'nothing'; readonly label: string }
  | { readonly kind: 'opted-out' }
  | { readonly kind: 'unlabelled' };

export interface ObservedNamespace {
  readonly name: string;
  readonly uid: string;
  /** The namespace's labels that bear on injection: `istio-injection` and `istio.io/rev`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly selection: NamespaceSelection;
}

/** Kinds that meshlift moves; how, their treatment says (`domain/restart/treatment.ts`). */
export const RESTARTABLE_KINDS = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Rollout',
  'Pod',
] as const;
export type RestartableKind = (typeof RESTARTABLE_KINDS)[number];

const API_VERSIONS = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  /** One that nothing controls. */
  ReplicaSet: 'apps/v1',
  /** Of Argo Rollouts. */
  Rollout: 'argoproj.io/v1alpha1',
  /** One that nothing controls. */
  Pod: 'v1',
} as const satisfies Record<RestartableKind, string>;

/** The API version by which meshlift reads and writes a kind that it moves. */
export function apiVersionOf(kind: RestartableKind): string {
  return API_VERSIONS[kind];
}

export interface WorkloadRef {
  readonly kind: RestartableKind;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface ObservedWorkload extends WorkloadRef {
  readonly desiredPods: number;
  readonly readyPods: number;
  /** Pods by the revision that injected them; key `none` for pods without a proxy. */
  readonly podsByRevision: Readonly<Record<string, number>>;
  /** Why new pods would not get a new proxy, when they would not. */
  readonly cannotRestart?: string;
}

export interface LoosePod {
  readonly namespace: string;
  readonly name: string;
  readonly revision: string;
  /** `Job batch`, `ReplicaSet x`, or `nobody`. */
  readonly owner: string;
}

/** Stands for each part of a lock that could not be read; such a lock is held all the same. */
export const UNREADABLE_OWNER = 'unreadable';

/** The lock record in the cluster. */
export interface MeshOwner {
  /** First run id of the run that holds the mesh. */
  readonly runId: string;
  readonly workflowId: string;
  readonly temporalNamespace: string;
  readonly since: string;
  /** First run id of the dead run whose lock it took over. */
  readonly takenOverFrom?: string;
}
