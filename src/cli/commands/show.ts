import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { renderRun } from '../render/run.ts';
import { findRun } from '../temporal/find-run.ts';
import { webPageOf } from '../../domain/web-page.ts';
import { helpTexts, RUN_ARGUMENT, type Runner } from './registration.ts';

interface ShowOptions {
  readonly runId?: string;
}

export function registerShow(program: Command, run: Runner): void {
  program
    .command('show')
    .summary('show where a run stands and what it waits for')
    .description(
      'Shows a run: phase, gate and evidence, steps, findings, messages. With no run open and none named, the last one is meant.',
    )
    .argument('[run]', RUN_ARGUMENT)
    .option('--run-id <id>', 'an earlier run of the same workflow id, as `list` shows it')
    .addHelpText(
      'after',
      helpTexts({
        examples: ['meshlift show prod-eu'],
        json: '{"kind":"run","workflowId":…,"status":…,"page":…,"progress":{…},"plan":{…},"report":{…},"failure":{…}}; of an ended run "progress" is absent',
      }),
    )
    .action((name: string | undefined, options: ShowOptions) =>
      run((context) => show(context, name, options)),
    );
}

async function show(
  context: CommandContext,
  name: string | undefined,
  options: ShowOptions,
): Promise<ExitCode> {
  const session = await context.temporal();
  const run = await findRun(session, name, { runId: options.runId, orLatest: true });
  const { readRun } = await import('../temporal/read-run.ts');
  const seen = await readRun(session, run);
  const webUrl = (await context.configIfAny())?.webUrl;
  const page = webPageOf(webUrl, session.namespace, seen);
  const view = { ...seen, ...(page === undefined ? {} : { page }) };
  context.output.result({ kind: 'run', ...view }, () => renderRun(context.output, view));
  return EXIT_CODES.done;
}
