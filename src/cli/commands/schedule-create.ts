import { InvalidArgumentError, Option, type Command } from 'commander';
import { STRATEGIES } from '../../domain/planning/plan.ts';
import { STANDING_POLICIES } from '../../domain/standing-policy/maintenance-request.ts';
import type { CreateOptions } from '../schedules/create-schedule.ts';
import { helpTexts, type Runner } from './registration.ts';
import { SCHEDULE_JSON } from './schedule-list.ts';

export function registerScheduleCreate(schedule: Command, run: Runner): void {
  schedule
    .command('create')
    .summary('make a schedule for a window')
    .description(
      'Makes a schedule that acts as a window of meshlift.yaml opens. One that is there already stays.',
    )
    .argument('<cluster>', 'a cluster of meshlift.yaml')
    .requiredOption('--window <name>', 'a window of meshlift.yaml')
    .addOption(
      new Option('--policy <policy>', 'what to do when no run waits for the window')
        .choices(STANDING_POLICIES)
        .default('resume'),
    )
    .option(
      '--days <number>',
      'with patch: within so many days (7); with minor: supported for so many days (30)',
      parseDays,
    )
    .addOption(
      new Option('--strategy <strategy>', 'with patch and minor (default: canary)').choices(
        STRATEGIES,
      ),
    )
    .option('--name <name>', 'of the schedule (default: CLUSTER-WINDOW)')
    .addHelpText(
      'after',
      helpTexts({
        examples: [
          'meshlift schedule create prod-eu --window weeknights',
          'meshlift schedule create prod-eu --window weeknights --policy patch --days 7',
          'meshlift schedule create prod-eu --window patch-sunday --policy minor --name prod-eu-minors',
        ],
        json: `{"kind":"schedule","created":true|false,"schedule":${SCHEDULE_JSON}}`,
        notes: NOTES,
      }),
    )
    .action((cluster: string, options: CreateOptions) =>
      run(async (context) => {
        // What it takes is loaded only for it: `--help` of all commands stays fast.
        const { createSchedule } = await import('../schedules/create-schedule.ts');
        return createSchedule(context, cluster, options);
      }),
    );
}

const NOTES = `Policies: resume goes on with the run that waits for the window, as the others do first;
fresh-data-plane restarts proxies older than their control plane; patch upgrades to the newest patch of
the running minor; minor upgrades to the next minor once it has been supported for so many days.`;

const MOST_DAYS = 365;

function parseDays(text: string): number {
  const days = Number(text);
  if (/^\d{1,3}$/.test(text) && days >= 1 && days <= MOST_DAYS) return days;
  throw new InvalidArgumentError(`expected a number from 1 to ${MOST_DAYS}`);
}
