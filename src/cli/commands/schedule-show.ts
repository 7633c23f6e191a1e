import type { Command } from 'commander';
import type { KeptSchedule, ScheduleAction } from '../../clients/temporal-schedules.ts';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { renderTable } from '../render/table.ts';
import { formatTime } from '../render/time.ts';
import { findSchedule } from '../schedules/find-schedule.ts';
import type { ScheduleView } from '../schedules/schedule-view.ts';
import { handleOf, QUERY_DEADLINE_MS, withDeadline } from '../temporal/ask-run.ts';
import type { TemporalSession } from '../temporal/session.ts';
import { helpTexts, type Runner } from './registration.ts';
import { SCHEDULE_JSON } from './schedule-list.ts';

export const SCHEDULE_ARGUMENT = 'the name of a schedule';

export function registerScheduleShow(schedule: Command, run: Runner): void {
  schedule
    .command('show')
    .summary('show one schedule, what it did and what it missed')
    .description('Shows a schedule: when it acts, what its last actions came to, what it missed.')
    .argument('<name>', SCHEDULE_ARGUMENT)
    .addHelpText(
      'after',
      helpTexts({
        examples: ['meshlift schedule show prod-eu-weeknights'],
        json: `{"kind":"schedule","schedule":${SCHEDULE_JSON},"actions":[{"scheduledAt":…,"takenAt":…,"workflowId":…,"runId":…,"outcome":…,"because":…}]}`,
      }),
    )
    .action((name: string) => run((context) => show(context, name)));
}

async function show(context: CommandContext, name: string): Promise<ExitCode> {
  const config = await context.configIfAny();
  const session = await context.temporal();
  const kept = await findSchedule(session, name);
  const { viewSchedule } = await import('../schedules/schedule-view.ts');
  const windows = config?.windows ?? (config && []);
  const schedule = viewSchedule(kept, { windows, now: Date.now() });
  const actions = await readActions(session, kept);
  context.output.result({ kind: 'schedule', schedule, actions }, () =>
    renderSchedule(context.output, schedule, actions),
  );
  return EXIT_CODES.done;
}

/** What one action came to. */
interface ActionView {
  readonly scheduledAt: string;
  readonly takenAt: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly outcome: string;
  readonly because?: string;
}

const MOST_ACTIONS = 5;

/** The newest first. */
function readActions(
  session: TemporalSession,
  { actions }: KeptSchedule,
): Promise<readonly ActionView[]> {
  const newest = actions.slice(-MOST_ACTIONS).toReversed();
  return Promise.all(newest.map((action) => readAction(session, action)));
}

async function readAction(session: TemporalSession, action: ScheduleAction): Promise<ActionView> {
  const { workflowId, runId } = action;
  return {
    scheduledAt: new Date(action.scheduledAt).toISOString(),
    takenAt: new Date(action.takenAt).toISOString(),
    workflowId,
    runId,
    ...(await readOutcome(session, { workflowId, runId })),
  };
}

async function readOutcome(
  session: TemporalSession,
  run: { readonly workflowId: string; readonly runId: string },
): Promise<Pick<ActionView, 'outcome' | 'because'>> {
  const { WorkflowNotFoundError } = await import('@temporalio/common');
  const { awaitEnd } = await import('../temporal/run-end.ts');
  try {
    const handle = handleOf(session, run);
    const { status } = await withDeadline(session, QUERY_DEADLINE_MS, () => handle.describe());
    if (status.name === 'RUNNING') return { outcome: 'Running' };
    if (status.name !== 'COMPLETED') {
      const { status: ended, failure } = await withDeadline(session, QUERY_DEADLINE_MS, () =>
        awaitEnd(session, run),
      );
      return { outcome: ended, ...(failure === undefined ? {} : { because: failure.message }) };
    }
    const report: unknown = await withDeadline(session, QUERY_DEADLINE_MS, () => handle.result());
    return { outcome: textIn(report, 'outcome') ?? 'Completed', ...becauseOf(report) };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { outcome: 'Forgotten' };
    throw error;
  }
}

function becauseOf(report: unknown): { readonly because?: string } {
  const because = textIn(report, 'because');
  return because === undefined ? {} : { because };
}

function textIn(value: unknown, member: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = (value as Readonly<Record<string, unknown>>)[member];
  return typeof found === 'string' ? found : undefined;
}

function renderSchedule(
  output: Output,
  view: ScheduleView,
  actions: readonly ActionView[],
): string {
  const { name, request, does, timeZone, paused, note, next, taken, missed } = view;
  const facts = [
    ['Schedule', name],
    ['Cluster', request?.cluster ?? 'unknown'],
    ['Window', request === undefined ? 'unknown' : `${request.window} (${timeZone})`],
    ['Does', does],
    ['State', `${paused ? 'paused' : 'on'}${note === undefined ? '' : `: ${note}`}`],
    ['Next', paused ? 'none while it is paused' : formatTime(next.join(', ')) || 'never'],
    ['Actions', `${taken} taken, ${leftOut(view)}`],
    ['Missed', missed.length === 0 ? 'no opening that is known' : formatTime(missed.join(', '))],
    ...view.remarks.map((remark) => ['Remark', remark]),
  ];
  const head = ['PLANNED FOR', 'BEGAN', 'OUTCOME', 'BECAUSE'];
  const rows = actions.map(({ scheduledAt, takenAt, outcome, because }) => [
    formatTime(scheduledAt),
    formatTime(takenAt),
    outcome,
    because ?? '',
  ]);
  const [first = [], ...rest] = facts;
  return [
    renderTable(output, first, rest),
    ...(rows.length === 0 ? [] : ['', renderTable(output, head, rows)]),
  ].join('\n');
}

function leftOut({ missedCatchUp, skippedOverlap }: ScheduleView): string {
  return `${missedCatchUp} missed while Temporal was away, ${skippedOverlap} skipped because one was still open`;
}
