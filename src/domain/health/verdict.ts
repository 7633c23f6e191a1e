/** The answer to "is it well?". Only `Healthy` lets a run advance; missing evidence is `Unknown`. */
export const HEALTH_STATUSES = ['Healthy', 'Progressing', 'Degraded', 'Unknown'] as const;
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

export interface Condition {
  /** What was looked at, e.g. `ControlPlaneReady`. */
  readonly type: string;
  readonly status: HealthStatus;
  /** With numbers and names, for people. */
  readonly message: string;
}

export interface Verdict {
  readonly status: HealthStatus;
  readonly conditions: readonly Condition[];
}
