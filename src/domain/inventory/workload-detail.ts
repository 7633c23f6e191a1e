import type { RolloutLimits } from '../restart/rollout-limits.ts';
import type { ResourceAmount } from './capacity.ts';

/** Who would inject the next pod of a workload, by the live webhooks' selectors and istiod's own rules. */
export type InjectionPrediction =
  | { readonly kind: 'injected'; readonly revision: string; readonly webhook: string }
  /** More than one webhook would inject, in the order in which they are called: the last one's proxy stays. */
  | { readonly kind: 'ambiguous'; readonly webhooks: readonly string[] }
  /** A webhook matches but nobody is behind it: pods cannot be created. */
  | { readonly kind: 'refused'; readonly webhook: string; readonly why: string }
  | { readonly kind: 'none'; readonly why: string }
  /** The injector's own rules, or whether anybody is behind its webhook, could not be read. */
  | { readonly kind: 'unknown'; readonly why: string };

/** What is known of one workload beyond its pods by revision. */
export interface WorkloadDetail {
  /** `Deployment`, `StatefulSet`, `DaemonSet`, `Rollout` (Argo), `ReplicaSet`, `CronJob`, … */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly replicas: number;
  readonly podsWithProxy: number;
  readonly podsWithoutProxy: number;
  /** Pods whose proxy is a native sidecar (an init container that keeps running). */
  readonly nativeSidecars: number;
  /** Proxy images in use, with how many pods run each. */
  readonly proxyImages: Readonly<Record<string, number>>;
  /** The revision that its running pods were injected by, when it is one. */
  readonly actualRevision?: string;
  readonly prediction: InjectionPrediction;
  /** Requests of one pod, its proxy included. */
  readonly requests: ResourceAmount;
  /** Pods that a rolling update may add at once (`maxSurge` resolved against `replicas`). */
  readonly surge: number;
  readonly podLabels: Readonly<Record<string, string>>;
  /** Who tells its pods by label `istio.io/rev`, so that it cannot change: `its selector`, `Service shop/cart`. */
  readonly revisionAskedBy?: string;
  readonly updateStrategy: string;
  /** What its strategy does when its template changes; absent for kinds that have none. */
  readonly rollout?: RolloutLimits;
  /** `terminationGracePeriodSeconds` of its pod template; absent where it is not set. */
  readonly gracePeriodSeconds?: number;
  readonly isHostNetwork: boolean;
  /** Its pod template carries a proxy of its own: it was injected by hand. */
  readonly manualProxyImage?: string;
  /** Annotation `sidecar.istio.io/proxyImage`. */
  readonly pinnedProxyImage?: string;
  /** A Flagger Canary or an Argo Rollout that changes this workload by itself. */
  readonly progressiveDelivery?: string;
  /** What the workload is to it. */
  readonly deliveryRole?: DeliveryRole;
  readonly isGateway: boolean;
}

/**
 * What a workload is to a Rollout or a Canary: the Rollout itself, a Deployment that lends it its
 * template (`workloadRef`), what a Canary watches, or the copy that serves for it.
 */
export type DeliveryRole = 'rollout' | 'template' | 'target' | 'primary';

/** Whether a pod that nobody owns can be made again, and is to be. */
export interface PodRecreation {
  /** Annotation `meshlift.dev/recreate`; absent: the policy says. */
  readonly wanted?: boolean;
  /** Why its manifest cannot be told. */
  readonly cannot?: string;
}

/** A pod with a proxy that no restartable workload owns. */
export interface LoosePodDetail {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly revision: string;
  readonly proxyImage?: string;
  readonly ready: boolean;
  /** Empty: nobody owns it. */
  readonly ownerKind: string;
  readonly ownerName: string;
  /** Of one that nobody owns. */
  readonly recreation?: PodRecreation;
}
