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

interface AbortOptions extends MessageOptions {
  readonly leave?: boolean;
}

export function registerAbort(program: Command, run: Runner): void {
  addMessageOptions(program.command('abort'))
    .option('--leave', 'do not undo: leave the mesh as it stands now')
    .summary('stop a run: undo it, or leave everything as it stands')
    .description('Stops a run. It undoes what it has done, or with --leave leaves it as it stands.')
    .addHelpText(
      'after',
      helpTexts({
        examples: [
          'meshlift abort prod-eu --reason "wrong cluster"',
          'meshlift abort prod-eu --leave --reason "goes on by hand"',
        ],
        json: MESSAGE_JSON,
      }),
    )
    .action((name: string | undefined, options: AbortOptions) => {
      const message = {
        name: 'abort',
        body: bodyOf({ leave: options.leave, reason: options.reason, ...who(options) }),
        question:
          options.leave === true
            ? 'stop this run and leave the mesh as it stands?'
            : 'stop this run and undo what it has done?',
      } as const;
      return run((context) => sendToRun(context, name, options, message));
    });
}
