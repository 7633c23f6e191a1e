import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { openMeshServices } from '../mesh-services.ts';
import { renderPlanned } from '../render/plan.ts';
import { buildRequestInput, checkRequest, type RequestOptions } from '../request-input.ts';
import { helpTexts, type Runner } from './registration.ts';
import { addRequestOptions } from './request-options.ts';

export function registerPlan(program: Command, run: Runner): void {
  addRequestOptions(program.command('plan'))
    .summary('print the very steps that an upgrade would carry out')
    .description('Plans an upgrade and prints it. Changes nothing and needs no Temporal.')
    .addHelpText(
      'after',
      helpTexts({
        examples: [
          'meshlift plan prod-eu --target 1.26.1',
          'meshlift plan prod-eu --target 1.26.1 --output json > plan.json',
        ],
        json: '{"kind":"plan","request":{…},"digest":"sha256:…","plan":{…}}, {"kind":"blocked","request":{…},"findings":[…]} or {"kind":"nothing-to-do",…}',
      }),
    )
    .action((cluster: string | undefined, options: RequestOptions) =>
      run((context) => plan(context, cluster, options)),
    );
}

async function plan(
  context: CommandContext,
  cluster: string | undefined,
  options: RequestOptions,
): Promise<ExitCode> {
  const input = buildRequestInput(cluster, options);
  const request = await checkRequest(input);
  const services = await openMeshServices(context);
  const planned = await services.plan(request, context.signal);
  const { kind, ...answer } = planned;
  context.output.result({ kind, request: input, ...answer }, () =>
    renderPlanned(context.output, planned),
  );
  return planned.kind === 'blocked' ? EXIT_CODES.blocked : EXIT_CODES.done;
}
