import type { RunType } from '../request/request.ts';

export const MAINTENANCE_OUTCOMES = [
  /** A run was started. */
  'Started',
  /** A run that waited for the window was told that it is open. */
  'Resumed',
  /** The policy has nothing to do, or cannot tell. */
  'NothingToDo',
  /** The window is not open after all: a freeze, or it began too late. */
  'NotOpen',
  /** A run is open, and it waits for no window. */
  'AlreadyOn',
] as const;
export type MaintenanceOutcome = (typeof MAINTENANCE_OUTCOMES)[number];

/** The run that was started, resumed or found. */
export interface MaintenanceRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
}

/** Result of `openMaintenanceWindow`. */
export interface MaintenanceReport {
  readonly apiVersion: string;
  readonly outcome: MaintenanceOutcome;
  readonly cluster: string;
  readonly window: string;
  /** The schedule that started it; absent when a person did. */
  readonly schedule?: string;
  /** The time for which the schedule had planned it. */
  readonly scheduledAt?: string;
  readonly run?: MaintenanceRun;
  /** Why, in sentences. */
  readonly because: string;
  /** When earlier openings of the window began in which this schedule did nothing; oldest first. */
  readonly missed: readonly string[];
  /** What people were not told, with who and why; absent when everybody was. */
  readonly undelivered?: readonly string[];
}

/** What to start, or why nothing. */
export type Advice =
  | {
      readonly kind: 'start';
      readonly type: Extract<RunType, 'upgradeMesh' | 'refreshProxies'>;
      /** Members of the request beside the cluster and the reason. */
      readonly request: Readonly<Record<string, string>>;
      readonly because: string;
    }
  | { readonly kind: 'nothing'; readonly because: string };
