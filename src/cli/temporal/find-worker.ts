import { CliError } from '../cli-error.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { QUERY_DEADLINE_MS, withDeadline } from './ask-run.ts';
import type { TemporalSession } from './session.ts';

/**
 * The server remembers pollers for five minutes after their last poll; a live worker polls anew at
 * least once a minute. What is older than this is a worker that has gone.
 */
const POLLER_IS_GONE_AFTER_MS = 75_000;

/** `TASK_QUEUE_TYPE_WORKFLOW` of the Temporal API. */
const WORKFLOW_QUEUE = 1;

/** Refuses to go on when nothing would pick up a run on this queue. */
export async function requireWorker(session: TemporalSession, taskQueue: string): Promise<void> {
  const { pollers } = await withDeadline(session, QUERY_DEADLINE_MS, () =>
    session.client.workflowService.describeTaskQueue({
      namespace: session.namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: WORKFLOW_QUEUE,
    }),
  );
  const newest = Math.max(
    ...pollers.map((poller) => Number(poller.lastAccessTime?.seconds ?? 0) * 1000),
    0,
  );
  if (isWorkerThere(newest, Date.now())) return;
  const last = newest === 0 ? '' : `; the last one was seen at ${new Date(newest).toISOString()}`;
  throw new CliError(
    'NoWorker',
    EXIT_CODES.unreachable,
    `no worker polls the task queue "${taskQueue}" in Temporal namespace ${session.namespace} at ${session.address}${last}.\n` +
      'Start one with `meshlift worker` (same configuration, same TEMPORAL_* variables) and run this command again; nothing was started.',
  );
}

/** Whether a poller that was last heard of at `lastAccessMs` is still there; 0 means never. */
export function isWorkerThere(lastAccessMs: number, nowMs: number): boolean {
  return lastAccessMs > 0 && nowMs - lastAccessMs < POLLER_IS_GONE_AFTER_MS;
}
