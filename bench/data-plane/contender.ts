import type { FarmWorkload } from '../../rig/mesh/farm-live/wait-for-workloads.ts';
import type { HistoryFigures } from '../measure/history.ts';

export const CONTENDERS = ['b1', 'b2', 'b3', 'meshlift'] as const;
export type ContenderName = (typeof CONTENDERS)[number];

/** Somebody who restarts every workload of the mesh onto the other revision. */
export interface Contender {
  readonly name: ContenderName;
  /** What it does, in one line. */
  readonly title: string;
  /** Who it is to the API server, and whose requests are compared. */
  readonly users: ReadonlySet<string>;
  /** Who it is where it installs a control plane, which for the scripts the bench itself does. */
  readonly installers: ReadonlySet<string>;
  /** A script finds both revisions and a selector that has been moved; meshlift does both by itself. */
  readonly findsBothRevisions: boolean;
  readonly run: (round: Round) => Promise<ContenderRun>;
}

export interface Round {
  readonly workloads: readonly FarmWorkload[];
  /** No other round comes after it. */
  readonly isLast: boolean;
  readonly signal: AbortSignal;
}

export interface CpuSample {
  readonly at: number;
  /** Since its start. */
  readonly seconds: number;
}

export interface ContenderRun {
  /** Milliseconds since 1970, from its start until all was restarted. */
  readonly from: number;
  readonly to: number;
  /** Seconds of its processes; undefined where the system does not tell. */
  readonly cpuSeconds: number | undefined;
  /** How much of that there was until when, where it does more than restart: oldest first. */
  readonly cpuSamples?: readonly CpuSample[];
  /** Seconds of programs that it called for other work than restarts. */
  readonly calledCpuSeconds?: number | undefined;
  readonly temporalCpuSeconds?: number | undefined;
  readonly peakMegabytes?: number | undefined;
  readonly history?: HistoryFigures;
  /** Workloads that its own report names as not moved, with the reason. */
  readonly exceptions?: readonly string[];
  /** Brings it to its end, once everything has been read. */
  readonly finish: () => Promise<void>;
}
