import type { Command } from 'commander';
import type { ScheduleHandle } from '@temporalio/client';
import type { KeptSchedule } from '../../clients/temporal-schedules.ts';
import { CliError } from '../cli-error.ts';
import { confirm } from '../confirm.ts';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { findSchedule } from '../schedules/find-schedule.ts';
import { QUERY_DEADLINE_MS, withDeadline } from '../temporal/ask-run.ts';
import { requireWorker } from '../temporal/find-worker.ts';
import type { TemporalSession } from '../temporal/session.ts';
import { helpTexts, type Runner } from './registration.ts';
import { SCHEDULE_ARGUMENT } from './schedule-show.ts';
import { DEFAULT_TASK_QUEUE } from './start.ts';

interface ChangeOptions {
  readonly reason?: string;
  readonly yes?: boolean;
}

/** One thing that is done to a schedule that is there. */
interface Change {
  readonly name: 'pause' | 'resume' | 'delete' | 'trigger';
  readonly summary: string;
  readonly description: string;
  readonly options: readonly ('reason' | 'yes')[];
  /** Looks whether it may be done; throws, in words, when not. */
  readonly check?: (at: Place) => Promise<void>;
  readonly perform: (handle: ScheduleHandle, reason: string | undefined) => Promise<void>;
  readonly done: (name: string) => string;
}

interface Place {
  readonly context: CommandContext;
  readonly session: TemporalSession;
  readonly kept: KeptSchedule;
  readonly options: ChangeOptions;
}

const CHANGES: readonly Change[] = [
  {
    name: 'pause',
    summary: 'let a schedule do nothing until it is resumed',
    description: 'Pauses a schedule. Openings meanwhile are told as missed, and not made up for.',
    options: ['reason'],
    perform: (handle, reason) => handle.pause(reason ?? 'paused with meshlift schedule pause'),
    done: (name) => `${name} is paused; go on with: meshlift schedule resume ${name}`,
  },
  {
    name: 'resume',
    summary: 'go on with a paused schedule',
    description: 'Resumes a schedule, also one that an action paused by failing.',
    options: ['reason'],
    perform: (handle, reason) => handle.unpause(reason ?? 'resumed with meshlift schedule resume'),
    done: (name) => `${name} acts again, from the next opening on`,
  },
  {
    name: 'trigger',
    summary: 'let a schedule act now',
    description:
      'Lets a schedule act now, also a paused one. Where the window is closed it says so and begins nothing.',
    options: [],
    check: requireNoAction,
    // Temporal's own default would start a second one beside an open one.
    perform: (handle) => handle.trigger('SKIP'),
    done: (name) => `${name} acts now; what came of it: meshlift schedule show ${name}`,
  },
  {
    name: 'delete',
    summary: 'delete a schedule',
    description: 'Deletes a schedule. What it has started goes on.',
    options: ['yes'],
    check: ({ context, kept, options }) =>
      confirm(context, `${kept.name}: delete this schedule?`, options.yes === true),
    perform: (handle) => handle.delete(),
    done: (name) => `${name} is deleted; what it has started goes on`,
  },
];

export function registerScheduleChanges(schedule: Command, run: Runner): void {
  for (const change of CHANGES) registerChange(schedule, run, change);
}

function registerChange(schedule: Command, run: Runner, change: Change): void {
  const command = schedule
    .command(change.name)
    .summary(change.summary)
    .description(change.description)
    .argument('<name>', SCHEDULE_ARGUMENT);
  if (change.options.includes('reason')) command.option('--reason <text>', 'why, kept as its note');
  if (change.options.includes('yes')) command.option('-y, --yes', 'do not ask here');
  command
    .addHelpText(
      'after',
      helpTexts({
        examples: [`meshlift schedule ${change.name} prod-eu-weeknights`],
        json: `{"kind":"schedule-changed","change":"${change.name}","name":…}`,
      }),
    )
    .action((name: string, options: ChangeOptions) =>
      run((context) => perform(context, name, { change, options })),
    );
}

async function perform(
  context: CommandContext,
  name: string,
  { change, options }: { readonly change: Change; readonly options: ChangeOptions },
): Promise<ExitCode> {
  const session = await context.temporal();
  const kept = await findSchedule(session, name);
  await change.check?.({ context, session, kept, options });
  const handle = session.client.schedule.getHandle(name);
  await withDeadline(session, QUERY_DEADLINE_MS, () => change.perform(handle, options.reason));
  const value = { kind: 'schedule-changed', change: change.name, name };
  context.output.result(value, () => change.done(name));
  return EXIT_CODES.done;
}

/** Temporal would leave it out in silence. */
async function requireNoAction({ context, session, kept }: Place): Promise<void> {
  const config = await context.configIfAny();
  await requireWorker(session, config?.taskQueue ?? DEFAULT_TASK_QUEUE);
  const [open] = kept.running;
  if (open === undefined) return;
  throw new CliError(
    'AlreadyRunning',
    EXIT_CODES.failed,
    `${kept.name}: expected that no action is open, found ${open.workflowId} (run id ${open.runId}). Nothing was started; trigger it again when that one has ended`,
  );
}
