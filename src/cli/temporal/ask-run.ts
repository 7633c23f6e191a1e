import type { PlanOutline } from '../../domain/planning/plan.ts';
import type { Progress } from '../../domain/progress.ts';
import type { UpgradeReport } from '../../domain/report.ts';
import { getPlan, getProgress, getReport } from '../../workflows/messages.ts';
import type { RunRef } from './run-ref.ts';
import type { TemporalSession } from './session.ts';

/** A query hangs for as long as no worker polls, so each one has a deadline. */
export const QUERY_DEADLINE_MS = 10_000;

export function askProgress(
  session: TemporalSession,
  run: RunRef,
  deadlineMs: number = QUERY_DEADLINE_MS,
): Promise<Progress> {
  return withDeadline(session, deadlineMs, () => handleOf(session, run).query(getProgress));
}

export function askPlan(session: TemporalSession, run: RunRef): Promise<PlanOutline | null> {
  return withDeadline(session, QUERY_DEADLINE_MS, () => handleOf(session, run).query(getPlan));
}

export function askReport(session: TemporalSession, run: RunRef): Promise<UpgradeReport> {
  return withDeadline(session, QUERY_DEADLINE_MS, () => handleOf(session, run).query(getReport));
}

export function withDeadline<T>(
  session: TemporalSession,
  deadlineMs: number,
  call: () => Promise<T>,
): Promise<T> {
  return session.client.withDeadline(Date.now() + deadlineMs, call);
}

export function handleOf(
  session: TemporalSession,
  run: RunRef,
): ReturnType<TemporalSession['client']['workflow']['getHandle']> {
  return session.client.workflow.getHandle(run.workflowId, run.runId);
}
