import type { UpgradeReport } from '../../domain/report.ts';
import type { RunView } from '../run-view.ts';
import {
  askPlan,
  askProgress,
  askReport,
  handleOf,
  QUERY_DEADLINE_MS,
  withDeadline,
} from './ask-run.ts';
import type { RunRef } from './run-ref.ts';
import { awaitEnd, type RunEnd } from './run-end.ts';
import type { TemporalSession } from './session.ts';

/** Everything about a run: an open one is asked, an ended one is read from its history. */
export async function readRun(session: TemporalSession, run: RunRef): Promise<RunView> {
  const { status, runId } = await describeRun(session, run);
  const head = { workflowId: run.workflowId, runId, status };
  if (status !== 'RUNNING') {
    const { report, failure } = await readEnd(session, run);
    return {
      ...head,
      ...(report === undefined ? {} : { report }),
      ...(failure === undefined ? {} : { failure }),
    };
  }
  const [progress, plan, report] = await Promise.all([
    askProgress(session, run),
    askPlan(session, run),
    askReport(session, run),
  ]);
  return { ...head, progress, ...(plan === null ? {} : { plan }), report };
}

/** The report of a run, open or ended. */
export async function readReport(session: TemporalSession, run: RunRef): Promise<UpgradeReport> {
  const { status } = await describeRun(session, run);
  if (status === 'RUNNING') return askReport(session, run);
  const end = await withDeadline(session, QUERY_DEADLINE_MS, () => awaitEnd(session, run));
  // A run that was cancelled or terminated has no result; a worker can still tell its report.
  return end.report ?? askReport(session, run);
}

/** Adds the report to an end whose history has none (cancelled, terminated), if a worker can tell. */
export async function completeEnd(
  session: TemporalSession,
  run: RunRef,
  end: RunEnd,
): Promise<RunEnd> {
  if (end.report !== undefined || end.failure?.type === 'InvalidRequest') return end;
  try {
    return { ...end, report: await askReport(session, run) };
  } catch {
    // Without a worker, or for a run that failed before it had a report, the failure's words remain.
    return end;
  }
}

async function readEnd(session: TemporalSession, run: RunRef): Promise<RunEnd> {
  const end = await withDeadline(session, QUERY_DEADLINE_MS, () => awaitEnd(session, run));
  return completeEnd(session, run, end);
}

async function describeRun(
  session: TemporalSession,
  run: RunRef,
): Promise<{ readonly status: string; readonly runId: string }> {
  const handle = handleOf(session, run);
  const { status, runId } = await withDeadline(session, QUERY_DEADLINE_MS, () => handle.describe());
  return { status: status.name, runId };
}
