import type { WorkflowExecutionInfo } from '@temporalio/client';
import { RUN_TYPES } from '../../domain/request/request.ts';
import type { TemporalSession } from './session.ts';

/** One run as `meshlift list` shows it. Attributes that the server does not have are absent. */
export interface RunSummary {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
  /** Temporal's own status, e.g. `RUNNING` or `COMPLETED`. */
  readonly status: string;
  readonly cluster?: string;
  readonly target?: string;
  readonly phase?: string;
  /** How it ended, as the run itself says it. */
  readonly outcome?: string;
  readonly awaitingApproval?: boolean;
  readonly startedAt: string;
  readonly endedAt?: string;
}

export interface ListOptions {
  readonly openOnly?: boolean;
  readonly limit: number;
}

/** Runs of meshlift's workflow types, newest first. */
export async function listRuns(
  session: TemporalSession,
  options: ListOptions,
): Promise<readonly RunSummary[]> {
  const open = options.openOnly === true ? ' AND ExecutionStatus="Running"' : '';
  const found: RunSummary[] = [];
  const runs = session.client.workflow.list({
    query: `WorkflowType IN (${TYPES})${open}`,
    pageSize: Math.min(options.limit, 100),
  });
  for await (const run of runs) {
    found.push(summaryOf(run));
    if (found.length >= options.limit) break;
  }
  return found.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt));
}

const TYPES = RUN_TYPES.map((type) => `"${type}"`).join(', ');

function summaryOf(run: WorkflowExecutionInfo): RunSummary {
  const attributes = new Map<string, unknown>(
    run.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
  );
  const text = (name: string): string | undefined => {
    const value = attributes.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  const awaiting = attributes.get('MeshAwaitingApproval');
  const [cluster, target, phase] = [text('MeshCluster'), text('MeshTarget'), text('MeshPhase')];
  const outcome = run.memo?.['outcome'];
  return {
    workflowId: run.workflowId,
    runId: run.runId,
    type: run.type,
    status: run.status.name,
    ...(cluster === undefined ? {} : { cluster }),
    ...(target === undefined ? {} : { target }),
    ...(phase === undefined ? {} : { phase }),
    ...(typeof outcome === 'string' ? { outcome } : {}),
    ...(typeof awaiting === 'boolean' ? { awaitingApproval: awaiting } : {}),
    startedAt: run.startTime.toISOString(),
    ...(run.closeTime === undefined ? {} : { endedAt: run.closeTime.toISOString() }),
  };
}
