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
  readonly gates: {
    /** Absent: the run begins without asking. */
    readonly start?: GatePolicy;
    /** Always there: the last moment at which everything can be undone. */
    readonly complete: GatePolicy;
  };
  readonly waves: WavePolicy;
  readonly restart: {
    /** Most pods that may be on their way at once. */
    readonly maxPodsInFlight: number;
    /** Most new pods a second, over ten seconds; absent: as many as the target's istiod admits. */
    readonly maxPodsPerSecond?: number;
    /**
     * Workloads of a wave that may fail, as a number or a part such as `5%`: they are exceptions then,
     * and stay on the old revision until somebody moves them. Absent: none.
     */
    readonly maxFailures?: number | string;
    /** A workload that has not finished its rollout by then has failed. */
    readonly workloadDeadlineSeconds: number;
  };
  readonly controlPlaneDeadlineSeconds: number;
  /** How long the old revision must have been unused before it is removed. */
  readonly pruneGraceSeconds: number;
  /** How long a halted run waits for a person. */
  readonly haltExpirySeconds: number;
}

export interface GatePolicy {
  readonly expiresSeconds: number;
}

/** In what order, and how many at a time, namespaces move. */
export interface WavePolicy {
  /** Namespaces that move last, whatever their size; those with gateways always do. */
  readonly critical: readonly string[];
  /**
   * How much of the namespaces that move by their own label has moved after each wave: rising, ends
   * with 100. Absent: each such namespace is a wave of its own.
   */
  readonly percentages?: readonly number[];
  /** Most workloads in a wave of several such namespaces. The namespaces of a tag are never parted. */
  readonly maxWorkloadsPerWave?: number;
}
