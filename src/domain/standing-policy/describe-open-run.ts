import type { Phase } from '../progress.ts';

/** An open run over a mesh, as far as its search attributes tell. */
export interface OpenRunFacts {
  readonly workflowId: string;
  readonly type: string;
  /** Absent where the server does not tell. */
  readonly phase?: string;
  readonly awaitingApproval: boolean;
}

/** The phase of a run that waits until it may change something again. */
export const WAITING_PHASE: Phase = 'WaitingForWindow';

/** Why nothing is begun beside it, and who has to do something. */
export function describeOpenRun({
  workflowId,
  type,
  phase,
  awaitingApproval,
}: OpenRunFacts): string {
  const show = `meshlift show ${workflowId}`;
  const run = `a run of ${type} is open`;
  if (awaitingApproval) return `${run} and waits for a person's decision; see ${show}`;
  switch (phase) {
    case 'Halted':
      return `${run}, has halted and waits for a person; see ${show}`;
    case 'Paused':
      return `${run} and was paused by a person; go on with meshlift resume ${workflowId}`;
    case undefined:
      return `${run}; see ${show}`;
    default:
      return `${run} and under way (${phase}); see ${show}`;
  }
}
