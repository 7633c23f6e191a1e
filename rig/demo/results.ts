import type { Difference } from './cluster/compare.ts';

/** What a run cost: requests by the audit log, history by the Temporal server. */
export interface RunFigures {
  readonly apiRequests: number;
  readonly historyEvents: number;
  readonly historyBytes: number;
}

export interface UpgradeResult extends RunFigures {
  readonly name: 'upgrade';
  readonly outcome: string;
  /** Workloads with a sidecar before the upgrade, and how many of them are wholly on the target after it. */
  readonly workloads: number;
  readonly onTarget: number;
  /** Objects that still carry the old revision's label. */
  readonly leftOfOldRevision: readonly string[];
  readonly seconds: number;
}

export interface BadUpgradeResult extends RunFigures {
  readonly name: 'bad-upgrade';
  readonly outcome: string;
  readonly restored: boolean;
  readonly differences: readonly Difference[];
  readonly workloads: number;
  /** Pods with the new proxy that were seen crashing: without any, nothing was shown. */
  readonly crashedPods: number;
  readonly seconds: number;
}

export type ActResult = UpgradeResult | BadUpgradeResult;

export interface DemoResult {
  readonly acts: readonly ActResult[];
  /** Why not every act was played to its end. */
  readonly error?: string;
}

const ACTS = 2;

export function isAsAnnounced({ acts, error }: DemoResult): boolean {
  return error === undefined && acts.length === ACTS && acts.every(isActAsAnnounced);
}

export function isActAsAnnounced(act: ActResult): boolean {
  switch (act.name) {
    case 'upgrade':
      return (
        act.outcome === 'Succeeded' &&
        act.workloads > 0 &&
        act.onTarget === act.workloads &&
        act.leftOfOldRevision.length === 0
      );
    case 'bad-upgrade':
      return act.outcome === 'RolledBack' && act.restored && act.crashedPods > 0;
  }
}
