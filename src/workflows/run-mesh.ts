import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { ClaimAnswer, PlanAnswer, PlanRequest } from '../activities/claim-run.ts';
import type { ResolvedRequest } from '../activities/resolve-request.ts';
import type { Finding } from '../domain/finding.ts';
import type { PlanOutline } from '../domain/planning/plan.ts';
import type { UpgradeReport } from '../domain/report.ts';
import type { MeshRequest, RunType } from '../domain/request/request.ts';
import { planning } from './activity-proxies.ts';
import { endRun, type Result } from './end-run.ts';
import { asWorkflowFailure, describeFailure } from './failures.ts';
import { passFirstGates } from './gate-step.ts';
import { registerHandlers } from './message-handlers.ts';
import { isGoingOn, MOST_EVENTS, type Place } from './go-on-anew.ts';
import { tellFailed } from './news.ts';
import {
  callFor,
  createRun,
  enterPhase,
  refOfRun,
  whileMutating,
  type Run,
  type RunOptions,
} from './run.ts';
import { rollBackSteps } from './roll-back.ts';
import { runSteps } from './run-steps.ts';
import { announceMesh } from './search-attributes.ts';
import { finishTelling, goOnTelling } from './tell.ts';
import { undoSteps } from './undo-steps.ts';
import { decideWayBack } from './way-back.ts';
import { awaitOpen, heedWindows, needToBegin } from './window.ts';
import { holdWhilePaused } from './hold-while-paused.ts';

type Call = ReturnType<typeof callFor>;

/** In what the workflow types that change a mesh differ: how a request is read, planned and claimed. */
export interface Errand<R extends MeshRequest> {
  /** What the run is after, as far as the request says it; the plan says the rest. */
  readonly targetOf: (request: R) => string;
  readonly resolve: (given: {
    readonly input: unknown;
    readonly workflowId: string;
  }) => Promise<ResolvedRequest<R>>;
  readonly plan: (call: Call, request: PlanRequest<R>) => Promise<PlanAnswer>;
  readonly claim: (
    call: Call,
    request: PlanRequest<R> & { readonly digest: string },
  ) => Promise<ClaimAnswer>;
}

/**
 * One run over one mesh: reads the request, plans, asks where policy says so, takes the mesh, carries
 * out the plan's steps, and undoes them, or halts, when something goes wrong.
 */
export async function runMesh<R extends MeshRequest>(
  input: unknown,
  errand: Errand<R>,
  { carried, mostEvents = MOST_EVENTS }: Partial<RunOptions>,
): Promise<UpgradeReport> {
  const run = createRun(input, { mostEvents, carried });
  registerHandlers(run);
  heedWindows(run);
  goOnTelling(run);
  const root = CancellationScope.current();

  const forward = new CancellationScope();
  run.forward = forward;
  const wayForward = (): Promise<Result> => forward.run(() => goForward(run, errand));
  const result = leaveWhatStays(run, await answerOf(run, forward, wayForward));
  run.cancelled ||= root.consideredCancelled;
  const end = await CancellationScope.nonCancellable(() => takeBack(run, result));
  run.cancelled ||= root.consideredCancelled;
  return CancellationScope.nonCancellable(() => endRun(run, end, run.cancelled));
}

/** Undoes what has begun, unless the old revision cannot serve and a person leaves all as it stands. */
async function takeBack(run: Run, result: Result): Promise<Result> {
  const { outline, place } = run;
  if (outline === undefined || result.kind !== 'undo' || !run.claimed) return result;
  if (place?.kind !== 'undo' && result.assessed !== true) {
    const way = await decideWayBack(run, outline, result.cause);
    if (way === 'leave') return { kind: 'leave', cause: run.stop?.cause ?? result.cause };
  }
  await undoSteps(run, outline, result.cause);
  return result;
}

/**
 * Once there is no way back (the old control plane is being removed, a refresh restarts workloads),
 * whatever ended the run, a cancel in Temporal included, leaves all where it stands.
 */
function leaveWhatStays(run: Run, result: Result): Result {
  return result.kind === 'undo' && run.pointOfNoReturn
    ? { kind: 'leave', cause: result.cause }
    : result;
}

/** The end of the way forward; a wish to stop or a cancel from outside becomes an answer. */
async function answerOf(
  run: Run,
  scope: CancellationScope,
  wayForward: () => Promise<Result>,
): Promise<Result> {
  if (run.place?.kind === 'undo' || run.place?.kind === 'way-back') {
    return { kind: 'undo', cause: run.place.cause };
  }
  try {
    const result = await wayForward();
    return run.stop ?? result;
  } catch (error) {
    if (isGoingOn(error)) throw error;
    if (run.stop !== undefined) return run.stop;
    if (isCancellation(error) || scope.consideredCancelled) {
      return { kind: 'undo', cause: 'the run was cancelled in Temporal' };
    }
    if (!run.claimed) {
      tellFailed(run, describeFailure(error));
      await CancellationScope.nonCancellable(() => finishTelling(run));
      throw asWorkflowFailure(error);
    }
    return { kind: 'undo', cause: describeFailure(error) };
  }
}

/** From the beginning, or from where the history before ended. */
async function goForward<R extends MeshRequest>(run: Run, errand: Errand<R>): Promise<Result> {
  const { outline, place } = run;
  if (run.stop !== undefined) return run.stop;
  if (place?.kind === 'step' && outline !== undefined) return carryOutPlan(run, errand, outline);
  if (place?.kind !== 'planned' || outline === undefined) return planAndRun(run, errand);
  const resolved = place.resolved as ResolvedRequest<R>;
  run.place = undefined;
  return claimAndRun(run, errand, { resolved, shown: outline });
}

async function planAndRun<R extends MeshRequest>(run: Run, errand: Errand<R>): Promise<Result> {
  const { workflowId, runId, input } = run;
  const resolved = await errand.resolve({ input, workflowId });
  run.resolved = resolved;
  const { cluster } = resolved.request;
  run.cluster = cluster;
  run.target = errand.targetOf(resolved.request);
  run.taskQueue = resolved.taskQueue;
  announceMesh(cluster, run.target);
  enterPhase(run, 'Planning');
  const clusterUid = await planning(callFor(run, `identify ${cluster}`)).identifyCluster({
    cluster,
  });
  run.ref = { runId, workflowId, cluster, clusterUid, meshNamespace: resolved.meshNamespace };
  return claimAndRun(run, errand, { resolved });
}

/** Plans until a plan that nobody refuses still holds when the mesh is taken. */
async function claimAndRun<R extends MeshRequest>(
  run: Run,
  errand: Errand<R>,
  known: { readonly resolved: ResolvedRequest<R>; readonly shown?: PlanOutline },
): Promise<Result> {
  const { resolved } = known;
  const request: PlanRequest<R> = { ...refOfRun(run), resolved };
  const place: Place = { kind: 'planned', resolved };
  let { shown } = known;
  for (;;) {
    const call = callFor(run, `plan ${run.cluster} → ${run.target}`);
    const answer: PlanAnswer =
      shown === undefined ? await errand.plan(call, request) : { kind: 'plan', outline: shown };
    shown = undefined;
    run.findings = answer.kind === 'plan' ? answer.outline.findings : answer.findings;
    if (answer.kind !== 'plan') return answer;
    const refused = await decideOnPlan(run, answer, place, resolved.request.planDigest);
    if (refused !== undefined) return refused;
    await holdWhilePaused(run, place);
    await awaitOpen(run, needToBegin(answer.outline), place);
    const claim = await takeMesh(run, errand, { ...request, digest: answer.outline.digest });
    if (claim.kind === 'blocked') {
      run.findings = claim.findings;
      return { kind: 'blocked' };
    }
    if (claim.kind === 'claimed') {
      // The proxy that a restart takes away is not rendered any more; and a rollback is not taken back.
      run.pointOfNoReturn = ['refresh', 'rollback'].includes(answer.outline.strategy);
      return carryOutPlan(run, errand, answer.outline);
    }
    // The mesh changed between the plan and the claim: plan again, and ask again where policy asks.
    run.passed = [];
  }
}

/** The steps of one plan; of a chain, once they are through, the next hop with a plan of its own. */
async function carryOutPlan<R extends MeshRequest>(
  run: Run,
  errand: Errand<R>,
  outline: PlanOutline,
): Promise<Result> {
  const end = await (outline.strategy === 'rollback'
    ? rollBackSteps(run, outline)
    : runSteps(run, outline));
  const { nextHops = [] } = outline;
  if (end.kind !== 'completed' || nextHops.length === 0 || run.resolved === undefined) return end;
  beginHop(run, outline);
  enterPhase(run, 'Planning');
  const resolved = withoutDigest(run.resolved) as ResolvedRequest<R>;
  return claimAndRun(run, errand, { resolved });
}

/** The digest that was asked for was that of the first hop. */
function withoutDigest({
  request: { planDigest: _, ...request },
  ...resolved
}: ResolvedRequest<MeshRequest>): ResolvedRequest<MeshRequest> {
  return { ...resolved, request };
}

/** What the hop before came to is kept; from here on an undo goes back to where this hop begins. */
function beginHop(run: Run, { from, to, digest }: PlanOutline): void {
  const steps = [...run.steps.values()];
  run.hops = [...run.hops, { from, to, planDigest: digest, steps, waves: run.waves }];
  run.ref = { ...refOfRun(run), hop: run.hops.length + 1 };
  run.outline = undefined;
  run.passed = [];
  run.steps = new Map();
  run.waves = [];
  run.failed = {};
}

/** From the call on the lock may be ours, whatever becomes of the answer. */
async function takeMesh<R extends MeshRequest>(
  run: Run,
  errand: Errand<R>,
  request: PlanRequest<R> & { readonly digest: string },
): Promise<ClaimAnswer> {
  run.claimed = true;
  const call = callFor(run, 'take the mesh and record the plan');
  const claim = await whileMutating(run, errand.claim(call, request));
  run.claimed = claim.kind === 'claimed';
  return claim;
}

/** Shows the plan; asks a person where policy says so. */
async function decideOnPlan(
  run: Run,
  { outline }: Extract<PlanAnswer, { kind: 'plan' }>,
  place: Place,
  expected: string | undefined,
): Promise<Result | undefined> {
  showPlan(run, outline);
  if (expected !== undefined && expected !== outline.digest) {
    run.findings = [planChanged(expected, run.type, outline)];
    return { kind: 'blocked' };
  }
  const refused = await passFirstGates(run, outline, place);
  return refused === undefined ? undefined : leave(refused);
}

/** Nothing was touched yet, so there is nothing to undo. */
function leave(cause: string): Result {
  return { kind: 'undo', cause };
}

function planChanged(expected: string, type: RunType, outline: PlanOutline): Finding {
  const { digest, cluster, to, strategy } = outline;
  const options = [
    ...(type === 'upgradeMesh' || type === 'downgradeMesh' ? [`--target ${to.version}`] : []),
    ...(type === 'upgradeMesh' ? [] : [`--type ${type}`]),
    ...(strategy === 'in-place' ? ['--strategy in-place'] : []),
  ].join(' ');
  return {
    code: 'PlanChanged',
    severity: 'blocking',
    subject: cluster.name,
    message: `expected the plan ${expected}, found ${digest}: the mesh, the policy or the installer changed since it was made`,
    remedy: `for what changed: meshlift start --plan FILE, with the plan that was kept; for a new one: meshlift plan ${cluster.name} ${options}`,
  };
}

function showPlan(run: Run, outline: PlanOutline): void {
  const { cluster, to, nextHops = [] } = outline;
  const target = nextHops.at(-1) ?? to.version;
  run.outline = outline;
  if (run.target !== target) {
    run.target = target;
    announceMesh(cluster.name, target);
  }
  run.steps = new Map(
    outline.steps.map(({ id, kind, title }) => [id, { id, kind, title, state: 'pending' }]),
  );
}
