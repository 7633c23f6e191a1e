import type { StepReport, StepState } from '../report.ts';

/** What became of a step, and when. */
export interface StepEvent {
  readonly state: StepState;
  /** ISO 8601. */
  readonly at: string;
  /** Without it what was told of the step before still stands. */
  readonly detail: string | undefined;
}

/**
 * A step after an event. Its own time and that of its undo are told apart; each runs from its first
 * beginning to its last end, retries included, and has no end while it goes on.
 */
export function advanceStep(step: StepReport, event: StepEvent): StepReport {
  const { id, kind, title } = step;
  const detail = event.detail ?? step.detail;
  return {
    ...{ id, kind, title },
    state: event.state,
    ...timesAfter(step, event),
    ...(detail === undefined ? {} : { detail }),
  };
}

type Times = Pick<StepReport, 'begunAt' | 'endedAt' | 'undoBegunAt' | 'undoEndedAt'>;

function timesAfter(step: StepReport, { state, at }: StepEvent): Times {
  const begun = step.begunAt === undefined ? {} : { begunAt: step.begunAt };
  const ended = step.endedAt === undefined ? {} : { endedAt: step.endedAt };
  const undoBegun = step.undoBegunAt === undefined ? {} : { undoBegunAt: step.undoBegunAt };
  switch (state) {
    case 'pending':
      return {};
    case 'begun':
      return { begunAt: step.begunAt ?? at };
    case 'done':
    case 'failed':
    case 'skipped':
      return { ...begun, endedAt: at };
    case 'undoing':
      // A step that was cut off goes on no longer than until its undo.
      return { ...begun, endedAt: step.endedAt ?? at, undoBegunAt: step.undoBegunAt ?? at };
    case 'undone':
    case 'undo-failed':
      return { ...begun, ...ended, ...undoBegun, undoEndedAt: at };
  }
}
