import { Option, type Command } from 'commander';
import type { UpgradeReport } from '../../domain/report.ts';
import { renderReportMarkdown } from '../../domain/report-markdown.ts';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { encodeJson } from '../output.ts';
import { renderReport } from '../render/run.ts';
import { findRun } from '../temporal/find-run.ts';
import { writePage } from '../write-page.ts';
import { helpTexts, RUN_ARGUMENT, type Runner } from './registration.ts';

const FORMATS = ['text', 'markdown', 'json'] as const;

interface ReportOptions {
  readonly format: (typeof FORMATS)[number];
  readonly out?: string;
  readonly runId?: string;
}

export function registerReport(program: Command, run: Runner): void {
  program
    .command('report')
    .summary('print the report of a run, open or ended')
    .description(
      'Prints the report of a run. With no run open and none named, the last one is meant.',
    )
    .argument('[run]', RUN_ARGUMENT)
    .addOption(new Option('--format <format>', 'how to write it').choices(FORMATS).default('text'))
    .option('--out <file>', 'write it to a file')
    .option('--run-id <id>', 'an earlier run of the same workflow id, as `list` shows it')
    .addHelpText(
      'after',
      helpTexts({
        examples: [
          'meshlift report prod-eu',
          'meshlift report prod-eu --format markdown --out report.md',
        ],
        json: '{"kind":"report","workflowId":…,"file":…,"report":{"outcome":…,"findings":[…],"steps":[…],"waves":[…],…}}',
      }),
    )
    .action((name: string | undefined, options: ReportOptions) =>
      run((context) => report(context, name, options)),
    );
}

async function report(
  context: CommandContext,
  name: string | undefined,
  options: ReportOptions,
): Promise<ExitCode> {
  const session = await context.temporal();
  const run = await findRun(session, name, { runId: options.runId, orLatest: true });
  const { readReport } = await import('../temporal/read-run.ts');
  const found = await readReport(session, run);
  const value = { kind: 'report', workflowId: run.workflowId };
  const page = write(context, found, options.format);
  if (options.out === undefined) {
    context.output.result({ ...value, report: found }, () => page);
    return EXIT_CODES.done;
  }
  writePage(options.out, page, 'the report');
  context.output.result(
    { ...value, file: options.out, report: found },
    () => `Wrote ${options.out ?? ''}`,
  );
  return EXIT_CODES.done;
}

function write(
  context: CommandContext,
  found: UpgradeReport,
  format: ReportOptions['format'],
): string {
  switch (format) {
    case 'text':
      return renderReport(context.output, found);
    case 'markdown':
      return renderReportMarkdown(found);
    case 'json':
      return `${encodeJson(found, 2)}\n`;
  }
}
