import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  upsertMemo,
} from '@temporalio/workflow';
import type { ClaimAnswer, PlanAnswer, PlanRequest } from '../activities/claim-run.ts';
import type { Finding } from '../domain/finding.ts';
import type { PlanOutline } from '../domain/planning/plan.ts';
import type { UpgradeReport } from '../domain/report.ts';
import { mutating, planning } from './activity-proxies.ts';
import { asWorkflowFailure, describeFailure } from './failures.ts';
import { passGate } from './gate.ts';
import { registerHandlers } from './message-handlers.ts';
import {
  callFor,
  createRun,
  enterPhase,
  refOfRun,
  reportOf,
  whileMutating,
  type Run,
} from './run.ts';
import { runSteps, type Forward } from './run-steps.ts';
import { announceMesh } from './search-attributes.ts';
import { undoSteps } from './undo-steps.ts';
import { holdWhilePaused } from './wave.ts';

/**
 * Upgrades one mesh by canary, and undoes by itself what it did when health turns bad, a gate is
 * refused or expires, or somebody asks for it. Input: one JSON object, at least
 * `{"cluster":"prod-eu","target":"1.26.1"}`; the workflow id is `mesh/<cluster>`.
 */
export async function upgradeMesh(input: unknown): Promise<UpgradeReport> {
  const run = createRun(input);
  registerHandlers(run);
  const root = CancellationScope.current();

  const forward = new CancellationScope();
  run.forward = forward;
  const result = neverUndoRemoval(run, await goForward(run, forward, input));
  if (run.outline !== undefined && result.kind === 'undo' && run.claimed) {
    const { outline } = run;
    await CancellationScope.nonCancellable(() => undoSteps(run, outline));
  }
  return CancellationScope.nonCancellable(() => end(run, result, root.consideredCancelled));
}

type Result = Forward | { readonly kind: 'blocked' } | { readonly kind: 'nothing-to-do' };

/**
 * Once the old control plane is being removed, pointing anything back to it would break the mesh:
 * whatever ended the run then, a cancel in Temporal included, leaves all where it stands.
 */
function neverUndoRemoval(run: Run, result: Result): Result {
  return result.kind === 'undo' && run.pointOfNoReturn
    ? { kind: 'leave', cause: result.cause }
    : result;
}

/** Runs the way forward; a wish to stop or a cancel from outside becomes an answer. */
async function goForward(run: Run, scope: CancellationScope, input: unknown): Promise<Result> {
  try {
    const result = await scope.run(() => upgrade(run, input));
    return run.stop ?? result;
  } catch (error) {
    if (run.stop !== undefined) return run.stop;
    if (isCancellation(error) || scope.consideredCancelled) {
      return { kind: 'undo', cause: 'the run was cancelled in Temporal' };
    }
    if (!run.claimed) throw asWorkflowFailure(error);
    return { kind: 'undo', cause: describeFailure(error) };
  }
}

async function upgrade(run: Run, input: unknown): Promise<Result> {
  const { workflowId, runId } = run;
  const resolved = await planning({ summary: 'read the request' }).resolveRequest({
    input,
    workflowId,
  });
  const { cluster, target } = resolved.request;
  run.cluster = cluster;
  run.target = target;
  run.taskQueue = resolved.taskQueue;
  announceMesh(cluster, target);
  enterPhase(run, 'Planning');
  const clusterUid = await planning(callFor(run, `identify ${cluster}`)).identifyCluster({
    cluster,
  });
  run.ref = { runId, workflowId, cluster, clusterUid, meshNamespace: resolved.meshNamespace };
  const request: PlanRequest = { ...run.ref, resolved };

  for (;;) {
    const answer = await planning(callFor(run, `plan ${cluster} → ${target}`)).planUpgrade(request);
    run.findings = answer.kind === 'plan' ? answer.outline.findings : answer.findings;
    if (answer.kind !== 'plan') return answer;
    const refused = await decideOnPlan(run, answer, resolved.request.planDigest);
    if (refused !== undefined) return refused;
    await holdWhilePaused(run);
    const claim = await takeMesh(run, { ...request, digest: answer.outline.digest });
    if (claim.kind === 'blocked') {
      run.findings = claim.findings;
      return { kind: 'blocked' };
    }
    if (claim.kind === 'claimed') return runSteps(run, answer.outline);
    // The mesh changed between the plan and the claim: plan again, and ask again where policy asks.
  }
}

/** From the call on the lock may be ours, whatever becomes of the answer. */
async function takeMesh(
  run: Run,
  request: PlanRequest & { readonly digest: string },
): Promise<ClaimAnswer> {
  run.claimed = true;
  const call = callFor(run, 'take the mesh and record the plan');
  const claim = await whileMutating(run, mutating(call).claimMesh(request));
  run.claimed = claim.kind === 'claimed';
  return claim;
}

/** Shows the plan; asks a person where policy says so. */
async function decideOnPlan(
  run: Run,
  { outline }: Extract<PlanAnswer, { kind: 'plan' }>,
  expected: string | undefined,
): Promise<Result | undefined> {
  showPlan(run, outline);
  if (expected !== undefined && expected !== outline.digest) {
    run.findings = [planChanged(expected, outline)];
    return { kind: 'blocked' };
  }
  const { start } = outline.policy.gates;
  if (start === undefined) return undefined;
  const answer = await passGate(run, {
    name: 'start',
    expiresSeconds: start.expiresSeconds,
    phase: 'AwaitingStart',
  });
  return answer.kind === 'approved' ? undefined : leave(answer.cause);
}

/** Nothing was touched yet, so there is nothing to undo. */
function leave(cause: string): Result {
  return { kind: 'undo', cause };
}

function planChanged(expected: string, { digest, cluster, to }: PlanOutline): Finding {
  return {
    code: 'PlanChanged',
    severity: 'blocking',
    subject: cluster.name,
    message: `expected the plan ${expected}, found ${digest}: the mesh, the policy or the installer changed since it was made`,
    remedy: `for what changed: meshlift start --plan FILE, with the plan that was kept; for a new one: meshlift plan ${cluster.name} --target ${to.version}`,
  };
}

function showPlan(run: Run, outline: PlanOutline): void {
  run.outline = outline;
  run.steps = new Map(
    outline.steps.map(({ id, kind, title }) => [id, { id, kind, title, state: 'pending' }]),
  );
}

async function end(run: Run, result: Result, cancelled: boolean): Promise<UpgradeReport> {
  run.cause = 'cause' in result ? result.cause : undefined;
  run.ended = outcomeOf(run, result, cancelled);
  if (result.kind === 'leave') run.remaining = [...run.remaining, ...waysOn(run)];
  const report = reportOf(run);
  if (run.claimed) {
    // A mesh that could not be brought back stays locked until somebody takes it over by name.
    const release = run.remaining.length === 0 || result.kind === 'leave';
    await mutating(callFor(run, 'keep the report')).finishRun({
      ...refOfRun(run),
      report,
      release,
    });
  }
  enterPhase(run, 'Ended');
  upsertMemo({ outcome: report.outcome, cause: report.cause ?? '' });
  await condition(allHandlersFinished);
  if (cancelled && run.ended !== 'RollbackFailed') {
    throw new CancelledFailure(`cancelled; the run ended as ${run.ended}`);
  }
  if (run.ended === 'RollbackFailed') {
    throw ApplicationFailure.create({
      type: 'RollbackFailed',
      nonRetryable: true,
      message: `not everything could be taken back: ${run.remaining.slice(0, 10).join('; ')}`,
      details: [report],
    });
  }
  return report;
}

function outcomeOf(run: Run, result: Result, cancelled: boolean): UpgradeReport['outcome'] {
  switch (result.kind) {
    case 'completed':
    case 'nothing-to-do':
      return 'Succeeded';
    case 'blocked':
      return 'Blocked';
    case 'leave':
      return 'Halted';
    case 'undo':
      if (run.remaining.length > 0) return 'RollbackFailed';
      return cancelled ? 'Cancelled' : 'RolledBack';
  }
}

function waysOn({ workflowId, cluster, target }: Run): readonly string[] {
  return [
    `look at what is there: meshlift inspect ${cluster}`,
    `go on by hand, or take it back from the record of ${workflowId}`,
    `plan again once one revision is left: meshlift plan ${cluster} --target ${target}`,
  ];
}
