import { activityInfo, getClient } from '@temporalio/activity';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Config } from '../../config/config.ts';
import { API_VERSION } from '../../domain/request/request.ts';
import type { Advice } from '../../domain/standing-policy/maintenance-report.ts';
import { whyNotAgain } from '../../domain/standing-policy/why-not-again.ts';
import { makeMeshWorkflowId } from '../../domain/workflow-id.ts';
import { ActivityError } from '../errors.ts';
import { findOpenRun, type FoundRun } from './find-open-run.ts';

export interface StartQuestion {
  readonly cluster: string;
  readonly advice: Extract<Advice, { readonly kind: 'start' }>;
  /** `schedule/prod-eu-weeknights`, or the workflow id of who has no schedule. */
  readonly requestedBy: string;
}

export type Started =
  | { readonly kind: 'started'; readonly workflowId: string; readonly runId: string }
  | Extract<FoundRun, { readonly kind: 'open' }>
  /** The same went wrong the last time. */
  | { readonly kind: 'refused'; readonly because: string };

/**
 * Starts the run that a policy asks for, under the mesh's workflow id, which is its lock. A repeated
 * attempt knows the run that an earlier one started by its mark.
 */
export async function startRun(
  config: Config,
  { cluster, advice, requestedBy }: StartQuestion,
): Promise<Started> {
  const workflowId = makeMeshWorkflowId({ cluster });
  const openedBy = activityInfo().workflowExecution?.runId ?? requestedBy;
  const before = await findOpenRun({ cluster });
  if (before.kind === 'none' && before.last !== undefined) {
    const { last } = before;
    if (last.openedBy === openedBy) return { kind: 'started', workflowId, runId: last.runId };
    const because = whyNotAgain(advice, last);
    if (because !== undefined) return { kind: 'refused', because };
  }
  try {
    const handle = await getClient().workflow.start(advice.type, {
      workflowId,
      taskQueue: config.taskQueue,
      args: [requestOf({ cluster, advice, requestedBy })],
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `${cluster}: ${requestedBy}`,
      memo: { openedBy },
    });
    return { kind: 'started', workflowId, runId: handle.firstExecutionRunId };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const found = await findOpenRun({ cluster });
    if (found.kind === 'none') {
      throw new ActivityError('Transient', `${workflowId} has ended just now; it is tried again`);
    }
    if (found.openedBy !== openedBy) return found;
    return { kind: 'started', workflowId, runId: found.run.runId };
  }
}

/** What a person would write, with who asks and why. */
function requestOf({ cluster, advice, requestedBy }: StartQuestion): object {
  return {
    apiVersion: API_VERSION,
    cluster,
    ...advice.request,
    requestedBy: requestedBy.slice(0, MOST_REQUESTED_BY),
    reason: advice.because.slice(0, MOST_REASON),
  };
}

/** As requests have it. */
const MOST_REASON = 500;
const MOST_REQUESTED_BY = 200;
