import type { Command } from 'commander';
import {
  addMessageOptions,
  addTokenOption,
  bodyOf,
  MESSAGE_JSON,
  sendToRun,
  who,
  type ProvableOptions,
} from './message-command.ts';
import { helpTexts, type Runner } from './registration.ts';

interface SkipOptions extends ProvableOptions {
  readonly step?: string;
}

export function registerSkip(program: Command, run: Runner): void {
  addTokenOption(addMessageOptions(program.command('skip')))
    .option('--step <id>', 'the step that is meant, such as wave-1')
    .summary('go on without a failed step')
    .description(
      'Goes on without a step or an undo that failed and waits for a person; the report names it.',
    )
    .addHelpText(
      'after',
      helpTexts({
        examples: ['meshlift skip prod-eu --step wave-1 --reason "quota raised"'],
        json: MESSAGE_JSON,
      }),
    )
    .action((name: string | undefined, options: SkipOptions) => {
      const message = {
        name: 'skip',
        body: bodyOf({ step: options.step, reason: options.reason, ...who(options) }),
        question: `go on without ${options.step ?? 'the failed step'}?`,
      } as const;
      return run((context) => sendToRun(context, name, options, message));
    });
}
