import type { GateRecord } from './approval/evidence.ts';
import type { Finding } from './finding.ts';
import type { Outcome } from './outcome.ts';
import type { RevisionAt } from './planning/plan.ts';
import type { RunType } from './request/request.ts';

export type StepState =
  'pending' | 'begun' | 'done' | 'failed' | 'skipped' | 'undoing' | 'undone' | 'undo-failed';

export interface StepReport {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly state: StepState;
  readonly begunAt?: string;
  /** When the step itself ended, however long ago that was when it was undone. */
  readonly endedAt?: string;
  readonly undoBegunAt?: string;
  readonly undoEndedAt?: string;
  /** What it did, in numbers, or why it failed. */
  readonly detail?: string;
}

/** The pods of a wave, counted one fact after the other, each among those that have the one before. */
export interface PodCensus {
  /** Injected by the target, with its proxy image. */
  readonly onTarget: number;
  /** Every container, the proxy's included. */
  readonly ready: number;
  /** To an istiod of the target; absent where the policy asks none. */
  readonly connected?: number;
  /** With all configuration acknowledged. */
  readonly synced?: number;
  /** Of which no istiod could tell; absent when there are none. */
  readonly unknown?: number;
}

export interface WaveReport {
  readonly id: string;
  readonly namespaces: readonly string[];
  readonly workloads: number;
  readonly onTarget: number;
  readonly pods: number;
  readonly census?: PodCensus;
  /** What could not be told, and of how many pods; absent when there is nothing. */
  readonly remarks?: readonly string[];
  /** Workloads that are not on the target, with the reason; absent when all are. */
  readonly exceptions?: readonly string[];
}

/** A hop of a chain that is behind the run: it passed its gate and stays, whatever becomes of later ones. */
export interface HopReport {
  readonly from: RevisionAt;
  readonly to: RevisionAt;
  readonly planDigest: string;
  readonly steps: readonly StepReport[];
  readonly waves: readonly WaveReport[];
}

/** Something that is not as the snapshot had it; `by: 'others'` when we never set the value found. */
export interface Difference {
  /** Where, e.g. `Namespace shop labels.istio.io/rev`. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
}

/** One decision or message of a person, as it was received. */
export interface MessageRecord {
  readonly at: string;
  readonly message: string;
  readonly effect: 'accepted' | 'ignored';
  readonly detail: string;
  /** Who sent it: by a signature where there is a key id, else by their own words. */
  readonly by?: string;
  readonly keyId?: string;
}

/** What a run returns, what `getReport` answers at any time, and what is kept in the cluster. */
export interface UpgradeReport {
  readonly apiVersion: string;
  /** `Running` until the run has ended. */
  readonly outcome: Outcome | 'Running' | 'RollbackFailed' | 'Cancelled';
  /** Absent: an upgrade. */
  readonly type?: Exclude<RunType, 'upgradeMesh'>;
  readonly cluster: string;
  /** The version; of a refresh the word until the plan says the version. */
  readonly target: string;
  readonly runId: string;
  readonly workflowId: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly planDigest?: string;
  readonly from?: string;
  readonly to?: string;
  /** Why it was blocked, taken back or halted, in words. */
  readonly cause?: string;
  readonly findings: readonly Finding[];
  /** Who asked for the run, by their own words. */
  readonly requestedBy?: string;
  /** Gates that have closed, in order; absent when none has. */
  readonly gates?: readonly GateRecord[];
  /** Of a chain: the hops that were reached before the one whose steps follow. */
  readonly hops?: readonly HopReport[];
  readonly steps: readonly StepReport[];
  readonly waves: readonly WaveReport[];
  /** Workloads that are not on the target, with the reason: those of all waves. */
  readonly exceptions: readonly string[];
  /** After a compensation: whether everything is as the snapshot had it. */
  readonly restored?: boolean;
  readonly differences: readonly Difference[];
  /** What is left to do by hand, when something is. */
  readonly remaining: readonly string[];
  readonly messages: readonly MessageRecord[];
  /** What people were not told, with who and why; absent when everybody was. */
  readonly undelivered?: readonly string[];
  /** Messages beyond those listed; absent when all are. */
  readonly messagesLeftOut?: number;
}
