import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { FOLLOW_JSON } from '../follow/follow-json.ts';
import { findRun } from '../temporal/find-run.ts';
import { helpTexts, RUN_ARGUMENT, type Runner } from './registration.ts';

export const WATCH_NOTES =
  'Ctrl-C stops watching (exit code 130); the run goes on. The exit code is the outcome of the run.';

interface WatchOptions {
  readonly untilGate?: boolean;
}

export function registerWatch(program: Command, run: Runner): void {
  program
    .command('watch')
    .summary('follow a run to its end')
    .description(
      'Follows a run to its end, through open gates and halts, with progress per phase and wave. With no run open and none named, the end of the last one is told.',
    )
    .argument('[run]', RUN_ARGUMENT)
    .option('--until-gate', 'return with exit code 5 when a person is waited for')
    .addHelpText(
      'after',
      helpTexts({ examples: ['meshlift watch prod-eu'], json: FOLLOW_JSON, notes: WATCH_NOTES }),
    )
    .action((name: string | undefined, options: WatchOptions) =>
      run((context) => watch(context, name, options)),
    );
}

async function watch(
  context: CommandContext,
  name: string | undefined,
  options: WatchOptions,
): Promise<ExitCode> {
  const session = await context.temporal();
  const run = await findRun(session, name, { orLatest: true });
  const { followToExit } = await import('../follow/follow-to-exit.ts');
  return followToExit(context, session, { run, untilGate: options.untilGate === true });
}
