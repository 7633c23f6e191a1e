import type { RunType } from './request/request.ts';

/** What people are told about a run without having to look. Append-only. */
export const RUN_EVENTS = [
  /** A decision is waited for. */
  'gate-opened',
  /** Nobody has decided yet, and the gate closes soon. */
  'gate-expiring',
  /** A failure waits for a person; with an outcome: the run has ended and left all as it stands. */
  'halted',
  /** The run has ended, and all that it had done is taken back. */
  'rolled-back',
  /** The run has ended, and the mesh is where it should be. */
  'done',
  /** The run has failed, or could not take everything back. */
  'failed',
  /** Findings stopped the run before it touched anything. */
  'blocked',
  /** The run waits until it may change something again. */
  'window-waiting',
  /** A maintenance window passed without what should have happened in it. */
  'window-missed',
] as const;
export type RunEventKind = (typeof RUN_EVENTS)[number];

/** What happened, as the place in a workflow that knows it says it. */
export interface RunNews {
  readonly kind: RunEventKind;
  /** One line. */
  readonly title: string;
  /** Sentences: why, and what to do. */
  readonly text: string;
  /** Name of the gate that it is about. */
  readonly gate?: string;
  /** When what is waited for ends, or begins. */
  readonly until?: string;
  /** How the run ended; absent while it goes on. */
  readonly outcome?: string;
}

/** One thing that happened in a run, as notifiers send it: plain JSON without secrets. */
export interface RunEvent extends RunNews {
  /** The same in each attempt and for each notifier. */
  readonly id: string;
  readonly at: string;
  readonly cluster: string;
  /** The version that the run is after, as far as it is known. */
  readonly target?: string;
  readonly workflowType?: RunType;
  readonly workflowId: string;
  /** Of the run's first history. */
  readonly runId: string;
  readonly planDigest?: string;
  /** The run's page in the Temporal UI, where the configuration names one. */
  readonly url?: string;
}
