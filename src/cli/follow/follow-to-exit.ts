import { stripUnprintable } from '../../domain/report-markdown.ts';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { renderEnd } from '../render/run.ts';
import type { RunRef } from '../temporal/run-ref.ts';
import { exitCodeOf, type RunEnd } from '../temporal/run-end.ts';
import type { TemporalSession } from '../temporal/session.ts';
import { createDisplay } from './display.ts';
import { followRun } from './follow-run.ts';

export interface FollowRequest {
  readonly run: RunRef;
  readonly untilGate: boolean;
  /** Whether this command has started the run. */
  readonly isNew?: boolean;
}

/** Follows a run and says how that ended; the exit code is the outcome's. */
export async function followToExit(
  context: CommandContext,
  session: TemporalSession,
  { isNew = false, ...follow }: FollowRequest,
): Promise<ExitCode> {
  const { output, signal } = context;
  const { workflowId } = follow.run;
  const display = createDisplay(output, { isNew });
  const seen = await followRun(session, { ...follow, display, signal });
  switch (seen.kind) {
    case 'ended':
      return sayEnd(context, workflowId, seen.end);
    case 'person-needed':
      output.result(
        { kind: 'person-needed', workflowId, need: seen.need, progress: seen.progress },
        () => 'A person is waited for; the run goes on when one has decided.',
      );
      return EXIT_CODES.waiting;
    case 'detached':
      output.result(
        { kind: 'detached', workflowId },
        () =>
          `No longer watching. The run goes on; watch it again with: meshlift watch ${workflowId}`,
      );
      return EXIT_CODES.interrupted;
  }
}

function sayEnd({ output }: CommandContext, workflowId: string, end: RunEnd): ExitCode {
  const exitCode = exitCodeOf(end);
  const { report, failure, status } = end;
  const value = {
    kind: 'run-ended',
    workflowId,
    status,
    ...(report === undefined ? {} : { outcome: report.outcome }),
    exitCode,
    ...(failure === undefined ? {} : { failure }),
    ...(report === undefined ? {} : { report }),
  };
  output.result(value, () => {
    const lines = failure === undefined ? [] : [describeFailure(status, failure)];
    if (report !== undefined) lines.push(renderEnd(output, workflowId, report));
    return lines.length === 0 ? `${workflowId}: ${status}, with no report` : lines.join('\n');
  });
  return exitCode;
}

function describeFailure(
  status: RunEnd['status'],
  failure: NonNullable<RunEnd['failure']>,
): string {
  const type = failure.type === undefined ? '' : ` (${failure.type})`;
  return stripUnprintable(`${status}${type}: ${failure.message}`);
}
