import type { StepReport } from './report.ts';

export const PHASES = [
  'Starting',
  'Planning',
  'AwaitingStart',
  'Preparing',
  'InstallingControlPlane',
  'Soaking',
  'MovingWorkloads',
  'AwaitingCompletion',
  'Completing',
  'RemovingOldRevision',
  'Verifying',
  'RollingBack',
  'Halted',
  'Paused',
  'Ended',
] as const;
export type Phase = (typeof PHASES)[number];

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
  readonly openGate?: { readonly name: string; readonly openedAt: string; readonly until: string };
  readonly pausedBecause?: string;
  readonly steps: readonly StepReport[];
  /** The step under way, with its numbers where it has some. */
  readonly current?: { readonly step: string; readonly done: number; readonly total: number };
  /** Whether everything done so far can still be undone. */
  readonly canRollBack: boolean;
}
