import type { ClosedWindow } from '../../domain/time/maintenance-window.ts';
import type { RestartMethod } from '../../domain/restart/choose-method.ts';

/** When the move of a workload began and how it moves. */
export interface BegunMove {
  /** ISO 8601; moved on by the time in which nobody looked (`goOnFrom`). */
  readonly at: string;
  /** When the last of its pods arrived that did, likewise; absent while none has. */
  readonly furtherAt?: string;
  readonly method: RestartMethod['kind'];
}

/** How far a wave is; the heartbeat's detail, and what a new attempt goes on from. */
export interface WaveCheckpoint {
  /** Of the whole wave, like `total`. */
  readonly done: number;
  readonly total: number;
  /** The workloads of the batch that have begun and are not done, by uid. */
  readonly begun: Readonly<Record<string, BegunMove>>;
  /** Workloads of the wave that have failed so far, by uid, with the reason; absent when none has. */
  readonly failed?: Readonly<Record<string, string>>;
  /** When it was last looked at, ISO 8601; absent where there is nothing to go on with. */
  readonly lookedAt?: string;
  /** The batch under way, from 0; absent means the first. */
  readonly batch?: number;
  /** How many of the batch are on their way, and how many have not begun. */
  readonly moving?: number;
  readonly waiting?: number;
  /** Why nothing more begins now, one sentence per reason. */
  readonly held?: readonly string[];
  /** New pods that became ready within the last minute. */
  readonly podsPerMinute?: number;
  /** Pods of the batch that are yet to be replaced or are on their way. */
  readonly podsLeft?: number;
  /** Where that ended it: why nothing more may begin. What was on its way is there. */
  readonly outside?: ClosedWindow;
}

export interface WaveResult extends WaveCheckpoint {
  /**
   * `false`: a batch is done and others are left, or it was asked to stop (a pause, an abort, a
   * shutdown) and left things consistent. Either way it goes on from here when it is called again.
   */
  readonly finished: boolean;
  /** Pods on the target, of the batch. */
  readonly pods: number;
}
