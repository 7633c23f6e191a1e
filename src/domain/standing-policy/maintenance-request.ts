import type { Strategy } from '../planning/plan.ts';

/** What is done in a maintenance window when no run waits for it. */
export type StandingPolicy =
  /** Nothing is begun. */
  | { readonly kind: 'resume' }
  /** Proxies that are older than their control plane are restarted. */
  | { readonly kind: 'fresh-data-plane' }
  /** To the newest patch of the running minor, at the first opening after its release. */
  | {
      readonly kind: 'patch';
      /** No more days than that may lie between two openings. */
      readonly withinDays: number;
      /** Absent: canary. */
      readonly strategy?: Strategy;
    }
  /** To the newest patch of the next minor. */
  | {
      readonly kind: 'minor';
      /** Days for which the minor has to be out, and supported. */
      readonly supportedDays: number;
      /** Absent: canary. */
      readonly strategy?: Strategy;
    };

export const STANDING_POLICIES = ['resume', 'fresh-data-plane', 'patch', 'minor'] as const;

/** Input of `openMaintenanceWindow`. */
export interface MaintenanceRequest {
  readonly apiVersion: string;
  /** A cluster of `meshlift.yaml`. */
  readonly cluster: string;
  /** A window of `meshlift.yaml`. */
  readonly window: string;
  readonly policy: StandingPolicy;
}
