import { defaultPayloadConverter } from '@temporalio/common';
import type { ControlPlanePods, CurrentCounts, Progress } from '../../domain/progress.ts';
import { handleOf, withDeadline } from './ask-run.ts';
import type { RunRef } from './run-ref.ts';
import type { TemporalSession } from './session.ts';

const DEADLINE_MS = 5000;
/** Activities whose heartbeats count workloads, or pods of the control plane. */
const COUNTING = new Set(['restartWorkloads', 'undoStep', 'verifyControlPlane']);
/** Steps that they belong to. */
const COUNTED = new Set(['wave', 'verify-control-plane']);

/**
 * How far the step under way is. The workflow does not see heartbeats, the server does: they are
 * read from what is pending, so that watching costs no history.
 */
export async function readCurrent(
  session: TemporalSession,
  run: RunRef,
  { steps }: Progress,
): Promise<Progress['current']> {
  const step = steps.find(
    ({ kind, state }) => COUNTED.has(kind) && (state === 'begun' || state === 'undoing'),
  );
  if (step === undefined) return undefined;
  const { raw } = await withDeadline(session, DEADLINE_MS, () => handleOf(session, run).describe());
  const pending = raw.pendingActivities?.find(({ activityType }) =>
    COUNTING.has(activityType?.name ?? ''),
  );
  const payload = pending?.heartbeatDetails?.payloads?.[0];
  if (payload === undefined) return undefined;
  const beat = defaultPayloadConverter.fromPayload(payload);
  const counts = countsIn(beat);
  return counts === undefined ? undefined : { step: step.id, ...counts };
}

const NUMBERS = ['moving', 'waiting', 'podsPerMinute', 'podsLeft'] as const;

/** The counts of a heartbeat, from whatever version of the worker; without `done` and `total` there are none. */
function countsIn(beat: unknown): Omit<CurrentCounts, 'step'> | undefined {
  if (typeof beat !== 'object' || beat === null) return undefined;
  const { done, total, held, controlPlane, ...rest } = beat as Readonly<Record<string, unknown>>;
  if (typeof done !== 'number' || typeof total !== 'number') return undefined;
  const numbers = NUMBERS.flatMap((key) => {
    const value = rest[key];
    return typeof value === 'number' ? [[key, value] as const] : [];
  });
  const isTexts = Array.isArray(held) && held.every((each) => typeof each === 'string');
  return {
    done,
    total,
    ...Object.fromEntries(numbers),
    ...(isTexts ? { held } : {}),
    ...(Array.isArray(controlPlane) && controlPlane.every(isControlPlanePods)
      ? { controlPlane }
      : {}),
  };
}

function isControlPlanePods(value: unknown): value is ControlPlanePods {
  if (typeof value !== 'object' || value === null) return false;
  const pods = value as Readonly<Record<string, unknown>>;
  return (
    ['revision', 'version'].every((key) => typeof pods[key] === 'string') &&
    ['ready', 'starting', 'terminating'].every((key) => typeof pods[key] === 'number')
  );
}
