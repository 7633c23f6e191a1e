import { defaultPayloadConverter } from '@temporalio/common';
import type { Progress } from '../../domain/progress.ts';
import { handleOf, withDeadline } from './ask-run.ts';
import type { RunRef } from './run-ref.ts';
import type { TemporalSession } from './session.ts';

const DEADLINE_MS = 5000;
/** Activities whose heartbeats count workloads. */
const COUNTING = new Set(['restartWorkloads', 'undoStep']);

/**
 * How far the wave under way is. The workflow does not see heartbeats, the server does: they are
 * read from what is pending, so that watching a wave costs no history.
 */
export async function readCurrent(
  session: TemporalSession,
  run: RunRef,
  { steps }: Progress,
): Promise<Progress['current']> {
  const wave = steps.find(
    ({ kind, state }) => kind === 'wave' && (state === 'begun' || state === 'undoing'),
  );
  if (wave === undefined) return undefined;
  const { raw } = await withDeadline(session, DEADLINE_MS, () => handleOf(session, run).describe());
  const pending = raw.pendingActivities?.find(({ activityType }) =>
    COUNTING.has(activityType?.name ?? ''),
  );
  const payload = pending?.heartbeatDetails?.payloads?.[0];
  if (payload === undefined) return undefined;
  const beat = defaultPayloadConverter.fromPayload<{ done?: unknown; total?: unknown } | null>(
    payload,
  );
  return typeof beat?.done === 'number' && typeof beat.total === 'number'
    ? { step: wave.id, done: beat.done, total: beat.total }
    : undefined;
}
