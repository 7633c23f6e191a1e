import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { renderTable } from '../render/table.ts';
import { formatTime } from '../render/time.ts';
import type { ScheduleView } from '../schedules/schedule-view.ts';
import { QUERY_DEADLINE_MS, withDeadline } from '../temporal/ask-run.ts';
import { helpTexts, type Runner } from './registration.ts';

export const SCHEDULE_JSON =
  '{"name":…,"request":{"cluster":…,"window":…,"policy":{"kind":…}},"does":…,"timeZone":…,"paused":…,"note":…,"next":[…],"last":…,"taken":…,"missed":[…],"missedCatchUp":…,"skippedOverlap":…,"remarks":[…]}';

export function registerScheduleList(schedule: Command, run: Runner): void {
  schedule
    .command('list')
    .summary('list the schedules')
    .description(
      'Lists the schedules that open maintenance windows. A new one appears after a moment.',
    )
    .addHelpText(
      'after',
      helpTexts({
        examples: ['meshlift schedule list'],
        json: `{"kind":"schedules","schedules":[${SCHEDULE_JSON}]}`,
      }),
    )
    .action(() => run(list));
}

async function list(context: CommandContext): Promise<ExitCode> {
  const config = await context.configIfAny();
  const session = await context.temporal();
  const { listSchedules } = await import('../../clients/temporal-schedules.ts');
  const { viewSchedule } = await import('../schedules/schedule-view.ts');
  const kept = await withDeadline(session, QUERY_DEADLINE_MS, () => listSchedules(session.client));
  const question = { windows: config?.windows ?? (config && []), now: Date.now() };
  const schedules = kept.map((each) => viewSchedule(each, question));
  context.output.result({ kind: 'schedules', schedules }, () =>
    renderSchedules(context.output, schedules),
  );
  return EXIT_CODES.done;
}

function renderSchedules(output: Output, schedules: readonly ScheduleView[]): string {
  if (schedules.length === 0) {
    return 'No schedules. Make one with: meshlift schedule create CLUSTER --window NAME';
  }
  const head = ['SCHEDULE', 'CLUSTER', 'WINDOW', 'NEXT', 'LAST', 'MISSED', 'DOES'];
  const rows = schedules.map(({ name, request, next, paused, last, missed, does }) => [
    name,
    request?.cluster ?? '',
    request?.window ?? '',
    paused ? 'paused' : formatTime(next[0] ?? 'never'),
    formatTime(last ?? ''),
    missed.length,
    does,
  ]);
  return renderTable(output, head, rows);
}
