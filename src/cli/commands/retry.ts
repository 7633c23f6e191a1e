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

interface RetryOptions extends ProvableOptions {
  readonly step?: string;
}

export function registerRetry(program: Command, run: Runner): void {
  addTokenOption(addMessageOptions(program.command('retry')))
    .option('--step <id>', 'the step that is meant, such as wave-1')
    .summary('try a failed step again')
    .description('Tries a step or an undo again that failed and waits for a person.')
    .addHelpText(
      'after',
      helpTexts({
        examples: ['meshlift retry prod-eu --step wave-1 --reason "quota raised"'],
        json: MESSAGE_JSON,
      }),
    )
    .action((name: string | undefined, options: RetryOptions) => {
      const message = {
        name: 'retry',
        body: bodyOf({ step: options.step, reason: options.reason, ...who(options) }),
      } as const;
      return run((context) => sendToRun(context, name, options, message));
    });
}
