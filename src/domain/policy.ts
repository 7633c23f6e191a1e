import type { ApprovalMode, GatePolicies } from './approval/gate-policy.ts';

/** How careful a run is; resolved from `meshlift.yaml` at the start and in force for the whole run. */
export interface Policy {
  readonly name: string;
  readonly soakSeconds: {
    readonly controlPlane: number;
    readonly wave: number;
    readonly mesh: number;
  };
  /** Seconds between two looks at the health during a soak. */
  readonly healthPollSeconds: number;
  /** Absent: open. */
  readonly approvals?: { readonly mode: ApprovalMode };
  readonly gates: GatePolicies;
  /** Absent: only freezes hold a run back. */
  readonly windows?: PolicyWindows;
  readonly waves: WavePolicy;
  readonly restart: {
    /** Absent: `annotation`. */
    readonly method?: RestartPolicy;
    /** Most pods that may be on their way at once. */
    readonly maxPodsInFlight: number;
    /** Most new pods a second, over ten seconds; absent: as many as the target's istiod admits. */
    readonly maxPodsPerSecond?: number;
    /**
     * Workloads of a wave that may fail, as a number or a part such as `5%`: they are exceptions then,
     * and stay on the old revision until somebody moves them. Absent: none.
     */
    readonly maxFailures?: number | string;
    /**
     * What follows when more have failed: everything is taken back, or, with `halt`, the run waits for a
     * person (retry, rollback or abort), and takes everything back when nobody decides. Absent: `rollback`.
     */
    readonly onBreach?: OnBreach;
    /** A workload none of whose pods has arrived for this long has failed. */
    readonly workloadDeadlineSeconds: number;
    /**
     * Whether pods that nobody owns are deleted and made again from their manifest. A pod's annotation
     * `meshlift.dev/recreate` says it for that pod. Absent: no.
     */
    readonly recreateBarePods?: boolean;
  };
  /** Absent, as in plans of before: istiod is not asked, and nothing is waited for. */
  readonly census?: CensusPolicy;
  readonly controlPlaneDeadlineSeconds: number;
  /** How long the old revision must have been unused before it is removed. */
  readonly pruneGraceSeconds: number;
  /** How long a halted run waits for a person. */
  readonly haltExpirySeconds: number;
}

/**
 * What of a pod template is changed so that its controller replaces the pods: an annotation of ours, or
 * `terminationGracePeriodSeconds`, from 30 to 31 and from 31 to 30.
 */
export const RESTART_POLICIES = ['annotation', 'grace-period'] as const;
export type RestartPolicy = (typeof RESTART_POLICIES)[number];

/**
 * What istiod has to say of the proxies before a wave is done, and before an old control plane goes.
 * `required`: each is known to be connected and synced, or to be gone. `when-known`: what cannot be
 * told is a remark. `off`: nobody asks.
 */
export const CONNECTION_POLICIES = ['required', 'when-known', 'off'] as const;
export type ConnectionPolicy = (typeof CONNECTION_POLICIES)[number];

export interface CensusPolicy {
  readonly connections: ConnectionPolicy;
  /** How long a census waits for what passes: proxies connect within seconds of being ready. */
  readonly waitSeconds: number;
}

export const ON_BREACH = ['rollback', 'halt'] as const;
export type OnBreach = (typeof ON_BREACH)[number];

/** Names of the windows in which each phase may change the mesh; any of a phase's is enough, none: always. */
export interface PolicyWindows {
  /** What is made before a control plane is: definitions of resources. */
  readonly prepare?: readonly string[];
  readonly controlPlane?: readonly string[];
  readonly dataPlane?: readonly string[];
  /** From the gate `complete` on. */
  readonly complete?: readonly string[];
  /** `always`: what is taken back waits for nothing. `window`: for any of these windows, and for freezes. */
  readonly compensation: 'always' | 'window';
}

/** In what order, and how many at a time, namespaces move. */
export interface WavePolicy {
  /** Namespaces that move last, whatever their size; those with gateways always do. */
  readonly critical: readonly string[];
  /**
   * Workloads, as `Deployment shop/cart`, that are restarted and watched before the others of their
   * namespace, or of its tag, are.
   */
  readonly first?: readonly string[];
  /**
   * How much of the namespaces that move by their own label has moved after each wave: rising, ends
   * with 100. Absent: each such namespace is a wave of its own.
   */
  readonly percentages?: readonly number[];
  /** Most workloads in a wave of several such namespaces. The namespaces of a tag are never parted. */
  readonly maxWorkloadsPerWave?: number;
}
