import type { Command } from 'commander';
import { decide, DECISION_JSON, type DecisionOptions } from './decision.ts';
import { addMessageOptions, addTokenOption } from './message-command.ts';
import { helpTexts, type Runner } from './registration.ts';

export function registerReject(program: Command, run: Runner): void {
  addTokenOption(addMessageOptions(program.command('reject')))
    .option('--gate <name>', 'only if this gate is the open one')
    .summary('close the open gate: the run undoes itself')
    .description('Rejects at the gate that is open; the run then undoes everything it has done.')
    .addHelpText(
      'after',
      helpTexts({
        examples: ['meshlift reject prod-eu --reason "error rate in shop"'],
        json: DECISION_JSON,
      }),
    )
    .action((name: string | undefined, options: DecisionOptions) =>
      run((context) => decide(context, name, { decision: 'reject', options })),
    );
}
