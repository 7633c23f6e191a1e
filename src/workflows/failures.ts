import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  isCancellation,
  TimeoutFailure,
} from '@temporalio/workflow';

/** What went wrong, in words, from the innermost failure that has some. */
export function describeFailure(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof Error && cause.message !== '' ? cause.message : String(cause);
}

/** Of an activity whose time is over also what its last attempt failed by, which says more. */
export function describeLastFailure(error: unknown): string {
  const timeout = error instanceof ActivityFailure ? error.cause : undefined;
  const last = timeout instanceof TimeoutFailure ? timeout.cause : undefined;
  return last instanceof Error && last.message !== '' ? last.message : describeFailure(error);
}

/** The workloads because of which a wave has failed, each with its reason, when its threshold was passed. */
export function breachOf(error: unknown): readonly string[] | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (!(cause instanceof ApplicationFailure) || cause.type !== 'ThresholdPassed') return undefined;
  return (cause.details?.[0] ?? []) as readonly string[];
}

/** The activity's own failure as the workflow's: its type stays where people look for it. */
export function asWorkflowFailure(error: unknown): unknown {
  if (error instanceof ActivityFailure && error.cause instanceof ApplicationFailure) {
    const { type, message, details } = error.cause;
    return ApplicationFailure.create({
      type: type ?? 'Transient',
      message,
      nonRetryable: true,
      details: details ?? [],
    });
  }
  return error;
}

/**
 * Whether an activity ended because it was cancelled. After a crash that is a timeout, or a
 * retryable failure with the state CANCEL_REQUESTED, which `isCancellation` does not know
 * (temporal-facts section 15).
 */
export function endedByCancellation(error: unknown): boolean {
  if (isCancellation(error)) return true;
  if (!(error instanceof ActivityFailure)) return false;
  const { cause, retryState } = error;
  if (cause instanceof CancelledFailure || cause instanceof TimeoutFailure) return true;
  return (
    cause instanceof ApplicationFailure &&
    retryState === 'CANCEL_REQUESTED' &&
    cause.nonRetryable !== true
  );
}

/** The checkpoint of the attempt that a crash ended, when there is one. */
export function checkpointOf(error: unknown): unknown {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof TimeoutFailure ? cause.lastHeartbeatDetails : undefined;
}
