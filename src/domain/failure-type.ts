/** Every `ApplicationFailure.type` that crosses the Temporal boundary. Append-only. */
export const FAILURE_TYPES = [
  /** The input cannot be read, names an unknown cluster, or runs under another mesh's id. */
  'InvalidRequest',
  /** The cluster's identity is not the one that the run began with. */
  'WrongCluster',
  /** The API server refused for lack of rights. */
  'Forbidden',
  /** The API server refused the object itself. */
  'Rejected',
  /** A direct edit by somebody else stands where we would write. */
  'ForeignChange',
  /** What was checked is bad: pods crash, a control plane is not ready, a webhook does not answer. */
  'Unhealthy',
  /** More workloads of a wave have failed than its policy lets; `details[0]` names them with their reasons. */
  'ThresholdPassed',
  /** Something that had to come true did not within its deadline. */
  'DeadlineExceeded',
  /** An installer binary is missing, was changed, or failed. */
  'InstallerFailed',
  /** The run's record in the cluster is missing or unreadable. */
  'RecordUnreadable',
  /** A soak or a rollout is still under way; retried, never reported as a fault. */
  'StillWatching',
  /** Compensation could not bring everything back. */
  'RollbackFailed',
  /** A message was refused: no gate is open, already decided, past the point of no return… */
  'MessageRefused',
  /** A message to people that will not be taken whatever happens. */
  'NotDelivered',
  /** Unreachable API server, 429, 5xx: retried until it passes. */
  'Transient',
  /** No window is open, or a freeze holds; `details[0]` is the verdict. The run waits for it. */
  'OutsideWindow',
] as const;
export type FailureType = (typeof FAILURE_TYPES)[number];
