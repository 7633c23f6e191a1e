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

interface WithdrawOptions extends ProvableOptions {
  readonly gate?: string;
}

export function registerWithdraw(program: Command, run: Runner): void {
  addTokenOption(addMessageOptions(program.command('withdraw')))
    .option('--gate <name>', 'only if this gate is the open one')
    .summary('take back your approval while the gate is still open')
    .description(
      'Takes back your own approval of the gate that is open. Once a gate is passed nothing is withdrawn.',
    )
    .addHelpText(
      'after',
      helpTexts({
        examples: ['meshlift withdraw prod-eu --reason "latency in shop"'],
        json: MESSAGE_JSON,
      }),
    )
    .action((name: string | undefined, options: WithdrawOptions) => {
      const { gate, reason } = options;
      const body = bodyOf({ gate, reason, ...who(options) });
      return run((context) => sendToRun(context, name, options, { name: 'withdraw', body }));
    });
}
