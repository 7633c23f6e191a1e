import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { openMeshServices } from '../mesh-services.ts';
import type { Output } from '../output.ts';
import { renderRecords } from '../render/records.ts';
import { renderTable } from '../render/table.ts';
import { formatTime, formatTook } from '../render/time.ts';
import { listRuns, type RunSummary } from '../temporal/list-runs.ts';
import { helpTexts, type Runner } from './registration.ts';

interface ListOptions {
  readonly open?: boolean;
  readonly limit: number;
  readonly recorded?: string;
}

const DEFAULT_LIMIT = 20;
const MOST = 1000;

export function registerList(program: Command, run: Runner): void {
  program
    .command('list')
    .summary('list open and recent runs')
    .description('Lists runs, newest first. A run appears here a moment after it has begun.')
    .option('--open', 'only runs that are open')
    .option('--limit <number>', `at most this many (up to ${MOST})`, parseLimit, DEFAULT_LIMIT)
    .addOption(
      new Option(
        '--recorded <cluster>',
        'instead, the runs that this cluster keeps a record of, and which of them can be taken back; needs no Temporal',
      ).conflicts(['open', 'limit']),
    )
    .addHelpText(
      'after',
      helpTexts({
        examples: ['meshlift list --open', 'meshlift list --recorded prod-eu'],
        json: '{"kind":"runs","runs":[{"workflowId":…,"runId":…,"type":…,"status":…,"cluster":…,"target":…,"phase":…,"outcome":…,"awaitingApproval":…,"startedAt":…,"endedAt":…}]}; with --recorded {"kind":"recorded-runs","cluster":…,"runs":[{"runId":…,"recordedAt":…,"strategy":…,"from":{…},"to":{…},"holdsMesh":…,"canBeTakenBack":…,"because":…}]}',
      }),
    )
    .action((options: ListOptions) => run((context) => list(context, options)));
}

async function list(context: CommandContext, options: ListOptions): Promise<ExitCode> {
  if (options.recorded !== undefined) return listRecorded(context, options.recorded);
  const session = await context.temporal();
  const runs = await listRuns(session, { openOnly: options.open === true, limit: options.limit });
  context.output.result({ kind: 'runs', runs }, () => renderRuns(context.output, runs));
  return EXIT_CODES.done;
}

/** What the cluster itself knows: it is there when Temporal, or the history of a run, is not. */
async function listRecorded(context: CommandContext, cluster: string): Promise<ExitCode> {
  const services = await openMeshServices(context);
  const runs = await services.recordedRuns(cluster, context.signal);
  context.output.result({ kind: 'recorded-runs', cluster, runs }, () =>
    renderRecords(context.output, cluster, runs),
  );
  return EXIT_CODES.done;
}

function renderRuns(output: Output, runs: readonly RunSummary[]): string {
  if (runs.length === 0) return 'No runs. Start one with: meshlift start CLUSTER --target VERSION';
  const rows = runs.map((run) => [
    run.workflowId,
    run.target ?? '',
    run.status,
    run.outcome ?? run.phase ?? '',
    formatTime(run.startedAt),
    formatTook(run.startedAt, run.endedAt),
    run.awaitingApproval === true && run.endedAt === undefined ? 'yes' : '',
    run.runId,
  ]);
  const head = [
    'RUN',
    'TARGET',
    'STATUS',
    'PHASE OR OUTCOME',
    'BEGAN',
    'TOOK',
    'AWAITS APPROVAL',
    'RUN ID',
  ];
  return renderTable(output, head, rows);
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (/^\d{1,4}$/.test(text) && limit >= 1 && limit <= MOST) return limit;
  throw new InvalidArgumentError(`expected a number from 1 to ${MOST}`);
}
