import type { Command } from 'commander';
import {
  addMessageOptions,
  bodyOf,
  MESSAGE_JSON,
  sendToRun,
  who,
  type MessageOptions,
} from './message-command.ts';
import { helpTexts, type Runner } from './registration.ts';

export function registerPause(program: Command, run: Runner): void {
  addMessageOptions(program.command('pause'))
    .summary('let a run touch nothing more until it is resumed')
    .description(
      'Pauses a run. Once it is acknowledged nothing is changed; what has begun is left consistent.',
    )
    .addHelpText(
      'after',
      helpTexts({
        examples: ['meshlift pause prod-eu --reason "incident 12"'],
        json: MESSAGE_JSON,
      }),
    )
    .action((name: string | undefined, options: MessageOptions) => {
      const body = bodyOf({ reason: options.reason, ...who(options) });
      const message = { name: 'pause', body } as const;
      return run((context) => sendToRun(context, name, options, message));
    });
}
