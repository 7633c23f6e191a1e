import type { Command } from 'commander';
import { stopsRun, type Finding } from '../../domain/finding.ts';
import type { Planned } from '../../domain/planning/plan.ts';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { openMeshServices } from '../mesh-services.ts';
import { renderPrecheck } from '../render/findings.ts';
import { buildRequestInput, checkRequest, type RequestOptions } from '../request-input.ts';
import { helpTexts, type Runner } from './registration.ts';
import { addRequestOptions } from './request-options.ts';

export function registerPrecheck(program: Command, run: Runner): void {
  addRequestOptions(program.command('precheck'))
    .summary('show what stands in the way of an upgrade')
    .description(
      'Plans an upgrade and prints its findings alone. Changes nothing and needs no Temporal.',
    )
    .addHelpText(
      'after',
      helpTexts({
        examples: [
          'meshlift precheck prod-eu --target 1.26.1',
          'meshlift precheck --request upgrade.yaml',
        ],
        json: '{"kind":"precheck","request":{…},"findings":[{"code":…,"severity":…,"subject":…,"message":…,"remedy":…}],"stops":true}',
        notes: 'Ends with exit code 3 when a finding stops the upgrade; `plan` prints the steps.',
      }),
    )
    .action((cluster: string | undefined, options: RequestOptions) =>
      run((context) => precheck(context, cluster, options)),
    );
}

async function precheck(
  context: CommandContext,
  cluster: string | undefined,
  options: RequestOptions,
): Promise<ExitCode> {
  const input = buildRequestInput(cluster, options);
  const asked = await checkRequest(input, options.type);
  const services = await openMeshServices(context);
  const planned = await services.plan(asked, context.signal);
  const findings = findingsOf(planned);
  const stops = planned.kind === 'blocked' || findings.some(stopsRun);
  context.output.result({ kind: 'precheck', request: input, findings, stops }, () =>
    renderPrecheck(context.output, {
      findings,
      stops,
      isThere: planned.kind === 'nothing-to-do',
    }),
  );
  return stops ? EXIT_CODES.blocked : EXIT_CODES.done;
}

function findingsOf(planned: Planned): readonly Finding[] {
  return planned.kind === 'plan' ? planned.plan.findings : planned.findings;
}
