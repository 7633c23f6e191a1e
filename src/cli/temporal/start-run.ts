import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { TypedRequest } from '../../domain/request/request.ts';
import { makeMeshWorkflowId } from '../../domain/workflow-id.ts';
import { CliError } from '../cli-error.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { QUERY_DEADLINE_MS, withDeadline } from './ask-run.ts';
import type { TemporalSession } from './session.ts';

export interface StartedRun {
  readonly workflowId: string;
  readonly runId: string;
}

export interface StartRunOptions {
  readonly taskQueue: string;
  readonly asked: TypedRequest;
  /** The request as it was written: what the history, and so the UI, shows. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** Starts a run over one mesh. Its workflow id is the lock, so a second one is refused. */
export async function startRun(
  session: TemporalSession,
  { taskQueue, asked, input }: StartRunOptions,
): Promise<StartedRun> {
  const workflowId = makeMeshWorkflowId(asked.request);
  try {
    const handle = await withDeadline(session, QUERY_DEADLINE_MS, () =>
      session.client.workflow.start(asked.type, {
        workflowId,
        taskQueue,
        args: [input],
        workflowIdConflictPolicy: 'FAIL',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: summaryOf(asked),
      }),
    );
    return { workflowId, runId: handle.firstExecutionRunId };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) {
      throw await alreadyRunning(session, workflowId, error);
    }
    throw error;
  }
}

function summaryOf({ type, request }: TypedRequest): string {
  switch (type) {
    case 'upgradeMesh':
    case 'downgradeMesh':
      return `${request.cluster} → ${request.target}`;
    case 'rollbackMesh':
      return `${request.cluster}: back to before ${request.run ?? 'the latest run'}`;
    case 'refreshProxies':
      return `${request.cluster}: proxies as new as their control plane`;
  }
}

const PICK_UP_MS = 5000;
const LOOK_AGAIN_MS = 200;

/**
 * Whether a worker has taken the run's first task. The server goes on naming the pollers of a
 * worker for minutes after it was stopped, so only this shows that one is really there.
 */
export async function isPickedUp(session: TemporalSession, run: StartedRun): Promise<boolean> {
  const handle = session.client.workflow.getHandle(run.workflowId, run.runId);
  const deadline = Date.now() + PICK_UP_MS;
  while (Date.now() < deadline) {
    const { raw } = await withDeadline(session, QUERY_DEADLINE_MS, () => handle.describe());
    if (Number(raw.pendingWorkflowTask?.state ?? 0) !== TASK_IS_SCHEDULED) return true;
    await delay(LOOK_AGAIN_MS);
  }
  return false;
}

/** `PENDING_WORKFLOW_TASK_STATE_SCHEDULED` of the Temporal API. */
const TASK_IS_SCHEDULED = 1;

async function alreadyRunning(
  session: TemporalSession,
  workflowId: string,
  cause: Error,
): Promise<CliError> {
  const handle = session.client.workflow.getHandle(workflowId);
  const open = await withDeadline(session, QUERY_DEADLINE_MS, () => handle.describe());
  return new CliError(
    'AlreadyRunning',
    EXIT_CODES.failed,
    `${workflowId}: a run of type ${open.type} is open since ${open.startTime.toISOString()} (run id ${open.runId}); ` +
      `one run at a time may change a mesh. Nothing was started.\n` +
      `See it with \`meshlift show ${workflowId}\`, follow it with \`meshlift watch ${workflowId}\``,
    { cause },
  );
}
