import { QueryNotRegisteredError, ServiceError } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../../../e2e/support/bench.ts';
import { progressOf, TASK_QUEUE, type Handle, type ReportView } from '../../../e2e/support/runs.ts';
import { CLUSTER } from './quick-config.ts';

const POLL_MS = 200;
/** A run that takes longer waits for something that does not come. */
const LIMIT_MS = 150_000;

export interface Begin {
  /** Absent: an upgrade. */
  readonly type?: 'upgradeMesh' | 'downgradeMesh' | 'rollbackMesh';
  /** Members of the request beside the cluster. */
  readonly request: object;
  /** What is said to a run each time that it waits at a gate; absent: it has none. */
  readonly atGate?: 'approve' | 'rollback';
}

export interface Ended {
  readonly report: ReportView;
  readonly seconds: number;
}

/** One run from its start to its end, past its gates or back from there. */
export async function runToEnd(
  bench: Bench,
  { type = 'upgradeMesh', request, atGate = 'approve' }: Begin,
): Promise<Ended> {
  const began = performance.now();
  const handle: Handle = await bench.temporal.workflow.start(type, {
    workflowId: `mesh/${CLUSTER}`,
    taskQueue: TASK_QUEUE,
    args: [{ cluster: CLUSTER, ...request }],
  });
  let ended = false;
  const result = (handle.result() as Promise<ReportView>).finally(() => {
    ended = true;
  });
  const answered = answerGates(handle, { atGate, isOver: () => ended });
  // What a run waits for says more than that it was ended because of it.
  const [waited, came] = await Promise.allSettled([answered, result]);
  if (waited.status === 'rejected') throw waited.reason;
  if (came.status === 'rejected') throw came.reason;
  const report = came.value;
  return { report, seconds: (performance.now() - began) / 1000 };
}

async function answerGates(
  handle: Handle,
  { atGate, isOver }: { readonly atGate: 'approve' | 'rollback'; readonly isOver: () => boolean },
): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  let answered = false;
  while (!isOver()) {
    const progress = await progressOf(handle).catch(noAnswer);
    const { openGate, haltedBecause } = progress ?? {};
    if (haltedBecause !== undefined || Date.now() > deadline) {
      // It may have ended meanwhile, and what it waited for says more than that.
      await handle.terminate('nobody is there to be waited for').catch(() => undefined);
      throw new Error(`the run halted, or did not end: ${JSON.stringify(progress)}`);
    }
    if (openGate === undefined) {
      answered = false;
    } else if (!answered) {
      await handle.executeUpdate(atGate, { args: [{ gate: openGate.name, reason: 'a sweep' }] });
      answered = true;
    }
    await delay(POLL_MS);
  }
}

/** A worker of a busy machine misses a query now and then. */
function noAnswer(error: unknown): undefined {
  if (error instanceof ServiceError || error instanceof QueryNotRegisteredError) return undefined;
  throw error;
}
