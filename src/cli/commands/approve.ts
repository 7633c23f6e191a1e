import type { Command } from 'commander';
import { decide, DECISION_JSON, type DecisionOptions } from './decision.ts';
import { addMessageOptions, addTokenOption } from './message-command.ts';
import { helpTexts, type Runner } from './registration.ts';

export function registerApprove(program: Command, run: Runner): void {
  addTokenOption(addMessageOptions(program.command('approve')))
    .option('--gate <name>', 'only if this gate is the open one')
    .summary('let a run pass its open gate')
    .description('Approves the gate that is open, after showing what is approved.')
    .addHelpText(
      'after',
      helpTexts({
        examples: ['meshlift approve prod-eu --reason "CHG-4711"'],
        json: DECISION_JSON,
      }),
    )
    .action((name: string | undefined, options: DecisionOptions) =>
      run((context) => decide(context, name, { decision: 'approve', options })),
    );
}
