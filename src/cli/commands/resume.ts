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

export function registerResume(program: Command, run: Runner): void {
  addTokenOption(addMessageOptions(program.command('resume')))
    .summary('let a paused run go on')
    .description('Lets a paused run go on.')
    .addHelpText('after', helpTexts({ examples: ['meshlift resume prod-eu'], json: MESSAGE_JSON }))
    .action((name: string | undefined, options: ProvableOptions) => {
      const body = bodyOf({ reason: options.reason, ...who(options) });
      const message = { name: 'resume', body } as const;
      return run((context) => sendToRun(context, name, options, message));
    });
}
