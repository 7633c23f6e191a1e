import { WorkflowFailedError } from '@temporalio/client';
import {
  ApplicationFailure,
  CancelledFailure,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/common';
import type { UpgradeReport } from '../../domain/report.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { handleOf } from './ask-run.ts';
import type { RunRef } from './run-ref.ts';
import type { TemporalSession } from './session.ts';

/** How a run ended, as far as its history tells; a worker is not needed to know it. */
export interface RunEnd {
  readonly status: 'Completed' | 'Failed' | 'Cancelled' | 'Terminated' | 'TimedOut';
  readonly report?: UpgradeReport;
  /** Why it did not complete: one of the failure types, and words. */
  readonly failure?: { readonly type?: string; readonly message: string };
}

/** Waits until the run has ended, through every continue-as-new. */
export async function awaitEnd(session: TemporalSession, run: RunRef): Promise<RunEnd> {
  try {
    const result: unknown = await handleOf(session, run).result();
    return isReport(result) ? { status: 'Completed', report: result } : { status: 'Completed' };
  } catch (error) {
    if (error instanceof WorkflowFailedError) return endOf(error.cause);
    throw error;
  }
}

function endOf(cause: Error | undefined): RunEnd {
  const message = cause?.message ?? 'no cause is recorded';
  if (cause instanceof CancelledFailure) return { status: 'Cancelled', failure: { message } };
  if (cause instanceof TerminatedFailure) return { status: 'Terminated', failure: { message } };
  if (cause instanceof TimeoutFailure) return { status: 'TimedOut', failure: { message } };
  if (!(cause instanceof ApplicationFailure)) return { status: 'Failed', failure: { message } };

  const type = cause.type ?? undefined;
  const report: unknown = cause.details?.find(isReport);
  return {
    status: 'Failed',
    failure: type === undefined ? { message } : { type, message },
    ...(isReport(report) ? { report } : {}),
  };
}

/** Whether it has what every report had since the first one; later versions only add. */
export function isReport(value: unknown): value is UpgradeReport {
  return (
    typeof value === 'object' &&
    value !== null &&
    'outcome' in value &&
    typeof value.outcome === 'string' &&
    'steps' in value &&
    Array.isArray(value.steps)
  );
}

/** The exit code of a command that followed a run to this end. */
export function exitCodeOf(end: RunEnd): ExitCode {
  if (end.failure?.type === 'InvalidRequest') return EXIT_CODES.invalid;
  switch (end.report?.outcome) {
    case 'Succeeded':
      return EXIT_CODES.done;
    case 'Blocked':
      return EXIT_CODES.blocked;
    case 'RolledBack':
      return EXIT_CODES.rolledBack;
    case 'Halted':
      return EXIT_CODES.waiting;
    case 'Cancelled':
      return end.report.restored === true ? EXIT_CODES.rolledBack : EXIT_CODES.failed;
    case 'RollbackFailed':
    case 'Running':
    case undefined:
      return EXIT_CODES.failed;
    default:
      // A report of a newer version: its outcome is not known here, so it is not called success.
      return EXIT_CODES.failed;
  }
}
