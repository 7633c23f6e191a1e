import {
  allHandlersFinished,
  ApplicationFailure,
  CancelledFailure,
  condition,
  upsertMemo,
} from '@temporalio/workflow';
import type { RunRef } from '../activities/run-ref.ts';
import type { UpgradeReport } from '../domain/report.ts';
import { mutating } from './activity-proxies.ts';
import { tellEnded } from './news.ts';
import { callFor, enterPhase, refOfRun, type Run } from './run.ts';
import { reportOf } from './run-view.ts';
import type { Forward } from './run-steps.ts';
import { finishTelling } from './tell.ts';

/** How the way forward of a run ended, its planning included. */
export type Result = Forward | { readonly kind: 'blocked' } | { readonly kind: 'nothing-to-do' };

/** Ends a run: keeps its report, gives the mesh back, and returns or fails as the outcome asks. */
export async function endRun(run: Run, result: Result, cancelled: boolean): Promise<UpgradeReport> {
  run.cause = withReached(run, result);
  run.ended = outcomeOf(run, result, cancelled);
  if (result.kind === 'leave') run.remaining = [...run.remaining, ...waysOn(run)];
  const report = reportOf(run);
  tellEnded(run);
  if (run.claimed) {
    // A mesh that could not be brought back stays locked until somebody takes it over by name.
    const release = run.remaining.length === 0 || result.kind === 'leave';
    await mutating(callFor(run, 'keep the report')).finishRun({
      ...withoutHop(refOfRun(run)),
      report,
      release,
    });
  }
  enterPhase(run, 'Ended');
  upsertMemo({ outcome: report.outcome, cause: report.cause ?? '' });
  await condition(allHandlersFinished);
  await finishTelling(run);
  if (cancelled && run.ended !== 'RollbackFailed') {
    throw new CancelledFailure(`cancelled; the run ended as ${run.ended}`);
  }
  if (run.ended === 'RollbackFailed') {
    throw ApplicationFailure.create({
      type: 'RollbackFailed',
      nonRetryable: true,
      message: `not everything could be taken back: ${run.remaining.slice(0, 10).join('; ')}`,
      details: [withUndelivered(report, run)],
    });
  }
  return withUndelivered(report, run);
}

/** What came to light after the report was kept. */
function withUndelivered(report: UpgradeReport, { telling }: Run): UpgradeReport {
  return telling.lost.length === 0 ? report : { ...report, undelivered: telling.lost };
}

/** The report is the whole run's. */
function withoutHop({ hop: _, ...ref }: RunRef): RunRef {
  return ref;
}

/** Why it ended so; of a chain that did not get through also how far it got. */
function withReached(run: Run, result: Result): string | undefined {
  const cause = 'cause' in result ? result.cause : undefined;
  const reached = run.hops.at(-1)?.to;
  if (reached === undefined || result.kind === 'completed') return cause;
  const why = cause ?? 'the next hop cannot be planned';
  return `${why}; ${reached.revision} is at ${reached.version}, which an earlier hop reached, and not at ${run.target}`;
}

function outcomeOf(run: Run, result: Result, cancelled: boolean): UpgradeReport['outcome'] {
  switch (result.kind) {
    case 'completed':
      // Of a rollback, that is what somebody skipped.
      return run.remaining.length > 0 ? 'RollbackFailed' : 'Succeeded';
    case 'nothing-to-do':
      return 'Succeeded';
    case 'blocked':
      return 'Blocked';
    case 'leave':
      return 'Halted';
    case 'undo':
      if (run.remaining.length > 0) return 'RollbackFailed';
      return cancelled ? 'Cancelled' : 'RolledBack';
  }
}

function waysOn({ runId, cluster, target, type }: Run): readonly string[] {
  const look = `look at what is there: meshlift inspect ${cluster}`;
  if (type === 'refreshProxies') {
    const again = `meshlift start ${cluster} --type refreshProxies`;
    return [look, `go on with what still has an old proxy: ${again}`];
  }
  if (type === 'rollbackMesh') {
    const again = `meshlift start ${cluster} --type rollbackMesh`;
    return [look, `go on with what is not taken back yet, from the same record: ${again}`];
  }
  const options = type === 'downgradeMesh' ? ' --type downgradeMesh' : '';
  return [
    look,
    `go on by hand, or take it back: meshlift start ${cluster} --type rollbackMesh --run ${runId}`,
    `plan again once one revision is left: meshlift plan ${cluster} --target ${target}${options}`,
  ];
}
