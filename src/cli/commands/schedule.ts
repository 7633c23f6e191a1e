import type { Command } from 'commander';
import { helpTexts, type Runner } from './registration.ts';
import { registerScheduleChanges } from './schedule-change.ts';
import { registerScheduleCreate } from './schedule-create.ts';
import { registerScheduleList } from './schedule-list.ts';
import { registerScheduleShow } from './schedule-show.ts';

export function registerSchedule(program: Command, run: Runner): void {
  const schedule = program
    .command('schedule')
    .summary('open maintenance windows by Temporal Schedules')
    .description(
      'Schedules that go on with what waits as a window opens, or do what a standing policy asks for.',
    )
    .addHelpText(
      'after',
      helpTexts({
        examples: [
          'meshlift schedule create prod-eu --window weeknights --policy patch',
          'meshlift schedule list',
        ],
        json: '{"kind":"schedule"|"schedules"|"schedule-changed",…}, see `meshlift schedule COMMAND --help`',
      }),
    );
  registerScheduleCreate(schedule, run);
  registerScheduleList(schedule, run);
  registerScheduleShow(schedule, run);
  registerScheduleChanges(schedule, run);
}
