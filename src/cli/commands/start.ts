import type { Command } from 'commander';
import type { KeptPlan } from '../../activities/services.ts';
import type { Config } from '../../config/config.ts';
import type { TypedRequest } from '../../domain/request/request.ts';
import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { FOLLOW_JSON } from '../follow/follow-json.ts';
import { describePlanChange, type PlanChange } from '../../domain/planning/plan-change.ts';
import { runTypeOf } from '../../domain/planning/run-type-of.ts';
import { openMeshServices } from '../mesh-services.ts';
import { ownName } from '../own-name.ts';
import { readPlanFile } from '../plan-file.ts';
import { buildRequestInput, checkRequest, invalid, type RequestOptions } from '../request-input.ts';
import { requireWorker } from '../temporal/find-worker.ts';
import type { StartedRun } from '../temporal/start-run.ts';
import type { TemporalSession } from '../temporal/session.ts';
import { webPageOf } from '../../domain/web-page.ts';
import { helpTexts, type Runner } from './registration.ts';
import { addRequestOptions } from './request-options.ts';
import { WATCH_NOTES } from './watch.ts';

interface StartOptions extends RequestOptions {
  readonly plan?: string;
  /** Who asks, by their own words. */
  readonly by?: string;
  readonly wait?: boolean;
  readonly untilGate?: boolean;
  readonly withoutWorker?: boolean;
}

/** Without a configuration file this is where a worker listens by default. */
export const DEFAULT_TASK_QUEUE = 'meshlift';

export function registerStart(program: Command, run: Runner): void {
  addRequestOptions(program.command('start'))
    .summary('start an upgrade, a downgrade, or a restart of old proxies')
    .description('Starts a run over a mesh and returns when it has begun.')
    .option('--plan <file>', 'start exactly this plan, kept from `plan --output json`')
    .option('--by <name>', 'who asks, for the report (default: your user and host)')
    .option('--wait', 'follow the run to its end')
    .option('--until-gate', 'follow it, and return with exit code 5 when a person is waited for')
    .option('--without-worker', 'start although no worker polls; the run begins when one does')
    .addHelpText(
      'after',
      helpTexts({
        examples: [
          'meshlift start prod-eu --target 1.26.1 --reason "CHG-4711"',
          'meshlift start prod-eu --target 1.26.1 --strategy in-place',
          'meshlift start prod-eu --target 1.26.1 --wait',
          'meshlift start prod-eu --target 1.25.1 --type downgradeMesh',
          'meshlift start prod-eu --type refreshProxies',
          'meshlift start --plan plan.json',
        ],
        json: `{"kind":"run-started","workflowId":…,"runId":…,"taskQueue":…,"pickedUp":…,"page":…}; with --plan, when
  the mesh has changed: {"kind":"error","code":"PlanChanged",…,"changes":[{"kind":"changed","subject":…,"path":…,"from":…,"to":…},…]}; with --wait or --until-gate\n  ${FOLLOW_JSON}`,
        notes: WATCH_NOTES,
      }),
    )
    .action((cluster: string | undefined, options: StartOptions) =>
      run((context) => start(context, cluster, options)),
    );
}

async function start(
  context: CommandContext,
  cluster: string | undefined,
  options: StartOptions,
): Promise<ExitCode> {
  const config = await context.configIfAny();
  const { input, asked } = await readInput(context, cluster, options);
  requireKnownCluster(config, asked.request.cluster);

  const session = await context.temporal();
  const taskQueue = config?.taskQueue ?? DEFAULT_TASK_QUEUE;
  if (options.withoutWorker !== true) await requireWorker(session, taskQueue);
  const { isPickedUp, startRun } = await import('../temporal/start-run.ts');
  const started = await startRun(session, { taskQueue, asked, input });

  const page = webPageOf(config?.webUrl, session.namespace, started);
  if (options.wait === true || options.untilGate === true) {
    context.output.say(describeStarted(started, page));
    return followStarted(context, session, { started, untilGate: options.untilGate === true });
  }
  const pickedUp = options.withoutWorker !== true && (await isPickedUp(session, started));
  if (!pickedUp) context.output.note(describeWaiting(taskQueue));
  const value = { kind: 'run-started', ...started, taskQueue, pickedUp };
  context.output.result({ ...value, ...(page === undefined ? {} : { page }) }, () =>
    [describeStarted(started, page), `Watch: meshlift watch ${started.workflowId}`].join('\n'),
  );
  return EXIT_CODES.done;
}

/** The request as written and as understood; with `--plan` the one that the plan was made for. */
async function readInput(
  context: CommandContext,
  cluster: string | undefined,
  options: StartOptions,
): Promise<{ input: Readonly<Record<string, unknown>>; asked: TypedRequest }> {
  if (options.plan === undefined) {
    const input = askedBy(buildRequestInput(cluster, options), options.by);
    return { input, asked: await checkRequest(input, options.type) };
  }
  const kept = await readPlanFile(options.plan);
  requireSame('CLUSTER', cluster, kept.request['cluster']);
  requireSame('--target', options.target, kept.request['target']);
  if (
    options.request !== undefined ||
    options.override !== undefined ||
    options.reason !== undefined
  ) {
    throw invalid(
      '--plan brings its request with it; leave out --request, --override and --reason, or plan again',
    );
  }
  const type = runTypeOf(kept.plan);
  await requireSamePlan(context, kept, await checkRequest(kept.request, type));
  const input = askedBy({ ...kept.request, planDigest: kept.digest }, options.by);
  return { input, asked: await checkRequest(input, type) };
}

/** With who asks: what the command line says, else what is written there, else whose machine it is. */
function askedBy(
  input: Readonly<Record<string, unknown>>,
  by: string | undefined,
): Readonly<Record<string, unknown>> {
  const requestedBy = by ?? input['requestedBy'] ?? ownName();
  return requestedBy === undefined ? input : { ...input, requestedBy };
}

function requireSame(name: string, given: string | undefined, kept: unknown): void {
  if (given === undefined || given === kept) return;
  throw invalid(
    `${name}: expected ${JSON.stringify(kept)} as in the plan's file, found "${given}"`,
  );
}

/** Looks at the cluster before Temporal is asked for anything. */
async function requireSamePlan(
  context: CommandContext,
  kept: KeptPlan,
  asked: TypedRequest,
): Promise<void> {
  const services = await openMeshServices(context);
  const changes = await services.checkPlan(asked, kept, context.signal);
  if (changes.length === 0) return;
  throw new CliError('PlanChanged', EXIT_CODES.blocked, describeChanges(kept, asked, changes), {
    facts: { planDigest: kept.digest, changes },
  });
}

const CHANGES_SHOWN = 30;

function describeChanges(
  { digest }: KeptPlan,
  asked: TypedRequest,
  changes: readonly PlanChange[],
): string {
  const rest = changes.length - CHANGES_SHOWN;
  return [
    `expected the mesh to be as it was for the plan ${digest}, found ${changes.length} changes:`,
    ...changes.slice(0, CHANGES_SHOWN).map((change) => `  ${describePlanChange(change)}`),
    ...(rest > 0 ? [`  and ${rest} more, all of them with --output json`] : []),
    `Nothing was started. Make a new plan: meshlift plan ${argumentsOf(asked)} --output json`,
  ].join('\n');
}

function argumentsOf({ type, request }: TypedRequest): string {
  switch (type) {
    case 'upgradeMesh':
      return `${request.cluster} --target ${request.target}`;
    case 'downgradeMesh':
      return `${request.cluster} --target ${request.target} --type ${type}`;
    case 'rollbackMesh':
    case 'refreshProxies':
      return `${request.cluster} --type ${type}`;
  }
}

function requireKnownCluster(config: Config | undefined, cluster: string): void {
  if (config === undefined || config.clusters.has(cluster)) return;
  const known = [...config.clusters.keys()].join(', ') || 'none';
  throw invalid(`expected a cluster of ${config.file} (${known}), found "${cluster}"`);
}

function describeStarted({ workflowId, runId }: StartedRun, page: string | undefined): string {
  const head = `Started ${workflowId} (run ${runId})`;
  return page === undefined ? head : `${head}\nPage:  ${page}`;
}

function describeWaiting(taskQueue: string): string {
  return `no worker has picked the run up yet; it begins when one polls the task queue "${taskQueue}" (\`meshlift worker\`)`;
}

async function followStarted(
  context: CommandContext,
  session: TemporalSession,
  { started, untilGate }: { readonly started: StartedRun; readonly untilGate: boolean },
): Promise<ExitCode> {
  const { followToExit } = await import('../follow/follow-to-exit.ts');
  // By workflow id alone: a run that continues as new gets another run id.
  const run = { workflowId: started.workflowId };
  return followToExit(context, session, { run, untilGate, isNew: true });
}
