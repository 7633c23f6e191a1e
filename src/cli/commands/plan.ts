import { Option, type Command } from 'commander';
import { renderPlanMarkdown } from '../../domain/plan-markdown.ts';
import type { Planned } from '../../domain/planning/plan.ts';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { openMeshServices } from '../mesh-services.ts';
import { encodeJson } from '../output.ts';
import { renderPlanned } from '../render/plan.ts';
import { readTimesOfPlan } from '../times-of-plan.ts';
import { buildRequestInput, checkRequest, type RequestOptions } from '../request-input.ts';
import { helpTexts, type Runner } from './registration.ts';
import { writePage } from '../write-page.ts';
import { addRequestOptions } from './request-options.ts';

const FORMATS = ['text', 'markdown', 'json'] as const;

interface PlanOptions extends RequestOptions {
  readonly format: (typeof FORMATS)[number];
  readonly out?: string;
}

export function registerPlan(program: Command, run: Runner): void {
  addRequestOptions(program.command('plan'))
    .summary('print the very steps that a run would carry out')
    .description(
      'Plans an upgrade, a downgrade, or a restart of old proxies, and prints it. Changes nothing and needs no Temporal.',
    )
    .addOption(new Option('--format <format>', 'how to write it').choices(FORMATS).default('text'))
    .option('--out <file>', 'write it to a file; as json it can be started with `start --plan`')
    .addHelpText(
      'after',
      helpTexts({
        examples: [
          'meshlift plan prod-eu --target 1.26.1',
          'meshlift plan prod-eu --target 1.26.1 --strategy in-place',
          'meshlift plan prod-eu --target 1.25.1 --type downgradeMesh',
          'meshlift plan prod-eu --type refreshProxies',
          'meshlift plan prod-eu --target 1.26.1 --format json --out plan.json',
          'meshlift plan prod-eu --target 1.26.1 --format markdown --out plan.md',
        ],
        json: '{"kind":"plan","request":{…},"digest":"sha256:…","estimate":{"seconds":{…},"apiRequests":…,"steps":{…}},"times":{…},"plan":{…}}, {"kind":"blocked","request":{…},"findings":[…]} or {"kind":"nothing-to-do",…}',
      }),
    )
    .action((cluster: string | undefined, options: PlanOptions) =>
      run((context) => plan(context, cluster, options)),
    );
}

async function plan(
  context: CommandContext,
  cluster: string | undefined,
  options: PlanOptions,
): Promise<ExitCode> {
  const input = buildRequestInput(cluster, options);
  const asked = await checkRequest(input, options.type);
  const services = await openMeshServices(context);
  const planned = await services.plan(asked, context.signal);
  const { kind, ...answer } = planned;
  const times = planned.kind === 'plan' ? await readTimesOfPlan(context, planned.plan) : undefined;
  const value = { kind, request: input, ...(times === undefined ? {} : { times }), ...answer };
  const { out, format } = options;
  const page = (): string => {
    switch (format) {
      case 'text':
        return renderPlanned(context.output, planned, times);
      case 'markdown':
        return renderPlanMarkdown(planned, asked, times);
      case 'json':
        return `${encodeJson(value)}\n`;
    }
  };
  if (out === undefined) context.output.result(value, page);
  else {
    writePage(out, page(), 'the plan');
    context.output.result({ ...value, file: out }, () => describeWritten(planned, out));
  }
  return planned.kind === 'blocked' ? EXIT_CODES.blocked : EXIT_CODES.done;
}

function describeWritten(planned: Planned, file: string): string {
  switch (planned.kind) {
    case 'plan':
      return `Wrote the plan ${planned.digest} to ${file}`;
    case 'blocked':
      return `Blocked: wrote ${planned.findings.length} findings to ${file}`;
    case 'nothing-to-do':
      return `Nothing to do: the mesh is there already; wrote so to ${file}`;
  }
}
