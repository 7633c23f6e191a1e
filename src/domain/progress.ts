import type { OpenGateView } from './approval/evidence.ts';
import type { StepReport } from './report.ts';

export const PHASES = [
  'Starting',
  'Planning',
  'AwaitingStart',
  'Preparing',
  'InstallingControlPlane',
  'Soaking',
  'AwaitingWave',
  'MovingWorkloads',
  'AwaitingCompletion',
  'Completing',
  'RemovingOldRevision',
  'Verifying',
  'RollingBack',
  'Halted',
  'Paused',
  'WaitingForWindow',
  'Ended',
] as const;
export type Phase = (typeof PHASES)[number];

/** How far the step under way is; what a wave alone knows is absent for others. */
export interface CurrentCounts {
  readonly step: string;
  readonly done: number;
  readonly total: number;
  /** Workloads on their way, and those that have not begun, of the batch under way. */
  readonly moving?: number;
  readonly waiting?: number;
  /** Why nothing more begins now, one sentence per reason. */
  readonly held?: readonly string[];
  /** New pods that became ready within the last minute, and those of the batch that have not. */
  readonly podsPerMinute?: number;
  readonly podsLeft?: number;
  /** Of a step that waits for the control plane: its pods, by revision and version. */
  readonly controlPlane?: readonly ControlPlanePods[];
}

/** Pods of istiod of one revision and version. */
export interface ControlPlanePods {
  readonly revision: string;
  /** Of the image's tag. */
  readonly version: string;
  readonly ready: number;
  /** There, and not ready yet. */
  readonly starting: number;
  readonly terminating: number;
}

/** The answer of the query `getProgress`. */
export interface Progress {
  readonly apiVersion: string;
  readonly cluster: string;
  readonly target: string;
  readonly runId: string;
  readonly phase: Phase;
  readonly planDigest?: string;
  /** What the run waits for, and until when, in words; absent while it works. */
  readonly waitingFor?: string;
  readonly openGate?: OpenGateView;
  readonly pausedBecause?: string;
  /** Of a run that waits for a person: the workloads that failed, with their reasons. */
  readonly haltedBecause?: readonly string[];
  readonly steps: readonly StepReport[];
  /** The step under way, with its numbers where it has some. */
  readonly current?: CurrentCounts;
  /** Whether everything done so far can still be undone. */
  readonly canRollBack: boolean;
}
