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

export function registerRollback(program: Command, run: Runner): void {
  addMessageOptions(program.command('rollback'))
    .summary('undo everything that a run has done')
    .description(
      'Undoes everything that a run has done, newest first, and proves that it is as before.',
    )
    .addHelpText(
      'after',
      helpTexts({
        examples: ['meshlift rollback prod-eu --reason "latency in shop"'],
        json: MESSAGE_JSON,
      }),
    )
    .action((name: string | undefined, options: MessageOptions) => {
      const body = bodyOf({ reason: options.reason, ...who(options) });
      const message = {
        name: 'rollback',
        body,
        question: 'undo everything that this run has done?',
      } as const;
      return run((context) => sendToRun(context, name, options, message));
    });
}
