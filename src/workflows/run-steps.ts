import { CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';
import type { UsageCensus } from '../activities/health/read-users.ts';
import type { StepRef } from '../activities/run-ref.ts';
import type { PlanOutline, StepOutline } from '../domain/planning/plan.ts';
import type { Phase } from '../domain/progress.ts';
import { describeCount } from '../domain/rollout/describe-count.ts';
import { mutating, observing } from './activity-proxies.ts';
import { breachOf, describeFailure, endedByCancellation } from './failures.ts';
import { passGate } from './gate.ts';
import {
  callFor,
  enterPhase,
  markStep,
  refOfRun,
  whileMutating,
  type Halted,
  type Run,
} from './run.ts';
import { ignoreCancellation, soak } from './soak.ts';
import { holdWhilePaused, runWave } from './wave.ts';

/** How the way forward ended. */
export type Forward =
  | { readonly kind: 'completed' }
  | { readonly kind: 'undo'; readonly cause: string }
  | { readonly kind: 'leave'; readonly cause: string };

/** Carries out every step in order. Cancellation passes through; everything else is an answer. */
export async function runSteps(run: Run, outline: PlanOutline): Promise<Forward> {
  for (const step of outline.steps) {
    for (;;) {
      await holdWhilePaused(run);
      const problem = await attempt(run, outline, step);
      if (problem === undefined) break;
      if (!run.pointOfNoReturn && !asksAPerson(outline, problem)) {
        return { kind: 'undo', cause: problem.cause };
      }
      const next = await halt(run, outline, step, problem);
      if (next === 'skip') break;
      if (next !== 'retry') return next;
    }
  }
  return { kind: 'completed' };
}

interface Problem {
  readonly cause: string;
  /** The workloads that failed, where they were more than may. */
  readonly breach?: readonly string[];
}

/** What can be taken back is taken back, unless policy wants somebody to look at it first. */
function asksAPerson({ policy }: PlanOutline, { breach }: Problem): boolean {
  return breach !== undefined && policy.restart.onBreach === 'halt';
}

async function attempt(
  run: Run,
  outline: PlanOutline,
  step: StepOutline,
): Promise<Problem | undefined> {
  markStep(run, step.id, 'begun');
  try {
    const result = await runStep(run, outline, step);
    if (result.kind === 'failed') {
      markStep(run, step.id, 'failed', result.cause);
      return { cause: `${step.id}: ${result.cause}` };
    }
    markStep(run, step.id, 'done', result.detail);
    return undefined;
  } catch (error) {
    if (isCancellation(error)) throw error;
    if (CancellationScope.current().consideredCancelled && endedByCancellation(error)) throw error;
    const cause = describeFailure(error);
    markStep(run, step.id, 'failed', cause);
    const breach = breachOf(error);
    return { cause: `${step.id}: ${cause}`, ...(breach === undefined ? {} : { breach }) };
  }
}

type StepResult =
  | { readonly kind: 'ok'; readonly detail?: string }
  | { readonly kind: 'failed'; readonly cause: string };

async function runStep(run: Run, outline: PlanOutline, step: StepOutline): Promise<StepResult> {
  const ref = { ...refOfRun(run), step: step.id };
  const call = callFor(run, step.title);
  // A gate and a soak announce themselves, with what is waited for.
  if (step.kind !== 'gate' && step.kind !== 'soak') enterPhase(run, phaseOf(step));
  switch (step.kind) {
    case 'snapshot': {
      const { entries } = await whileMutating(run, mutating(call).takeSnapshot(ref));
      return { kind: 'ok', detail: describeCount(entries, 'value') };
    }
    case 'remove-control-plane':
      return runRemoval(run, step);
    case 'apply-crds':
    case 'install-control-plane':
    case 'move-default':
    case 'restore-labels':
      return applied(await whileMutating(run, mutating(call).applyStep(ref)));
    case 'verify-control-plane': {
      const { conditions } = await observing(call).verifyControlPlane(ref);
      return { kind: 'ok', detail: conditions.map(({ message }) => message).join('; ') };
    }
    case 'soak':
      return runSoak(run, outline, step);
    case 'wave':
      return { kind: 'ok', detail: await runWave(run, step) };
    case 'gate': {
      const gate = { name: 'complete', expiresSeconds: step.seconds ?? 0, phase: phaseOf(step) };
      const answer = await passGate(run, gate);
      return answer.kind === 'approved' ? { kind: 'ok' } : { kind: 'failed', cause: answer.cause };
    }
    case 'census':
      return runCensus(run, outline, step);
    case 'verify-mesh':
      return { kind: 'ok', detail: await observing(call).verifyMesh(withFailed(run, ref)) };
  }
}

/** With what failed within its wave's threshold, which says nothing new. */
function withFailed({ failed }: Run, ref: StepRef): StepRef & { readonly failed?: Run['failed'] } {
  return Object.keys(failed).length === 0 ? ref : { ...ref, failed };
}

/** Until the journal says that a deletion was meant, everything can still be undone. */
async function runRemoval(run: Run, step: StepOutline): Promise<StepResult> {
  const ref = { ...refOfRun(run), step: step.id };
  run.pointOfNoReturn = true;
  try {
    const receipt = await whileMutating(run, mutating(callFor(run, step.title)).applyStep(ref));
    return applied(receipt);
  } catch (error) {
    if (isCancellation(error)) throw error;
    const call = callFor(run, 'has the removal begun?');
    run.pointOfNoReturn = await observing(call).hasJournal(ref);
    throw error;
  }
}

function applied({ objects }: { readonly objects: number }): StepResult {
  return { kind: 'ok', detail: describeCount(objects, 'object') };
}

async function runSoak(run: Run, outline: PlanOutline, step: StepOutline): Promise<StepResult> {
  const { policy, from, to } = outline;
  const index = outline.steps.findIndex(({ id }) => id === step.id);
  const namespaces = outline.steps
    .slice(0, index)
    .flatMap((each) => (each.kind === 'wave' ? (each.namespaces ?? []) : []));
  const problem = await soak(run, {
    title: step.title,
    seconds: step.seconds ?? 0,
    revisions: [...new Set([from.revision, to.revision])],
    namespaces,
    pollSeconds: policy.healthPollSeconds,
    patienceSeconds: policy.restart.workloadDeadlineSeconds,
  });
  if (problem !== undefined) return { kind: 'failed', cause: problem };
  return { kind: 'ok', detail: `healthy for ${step.seconds ?? 0} s` };
}

/** Unused now, and still unused after the grace: a late starter must not find its control plane gone. */
async function runCensus(run: Run, outline: PlanOutline, step: StepOutline): Promise<StepResult> {
  const revision = outline.from.revision;
  const look = async (): Promise<UsageCensus> =>
    usageIn(
      await observing(callFor(run, step.title)).takeUsageCensus({ ...refOfRun(run), revision }),
    );
  if (Object.keys(run.failed).length > 0) await untilUnused(run, outline, step);
  const before = await look();
  if (before.users.length > 0)
    return { kind: 'failed', cause: `still used: ${before.users.slice(0, 10).join('; ')}` };
  const seconds = step.seconds ?? 0;
  if (seconds > 0) await sleep(seconds * 1000, { summary: `grace before ${revision} is removed` });
  const after = await look();
  if (after.users.length > 0)
    return { kind: 'failed', cause: `used again: ${after.users.slice(0, 10).join('; ')}` };
  const unused = `nothing uses ${revision}, for ${seconds} s`;
  return { kind: 'ok', detail: [unused, ...after.remarks].join('; ') };
}

/** Runs that began before proxies were asked for have recorded the users alone. */
function usageIn(recorded: UsageCensus | readonly string[]): UsageCensus {
  return 'users' in recorded ? recorded : { users: recorded, remarks: [] };
}

/**
 * What failed within its wave's threshold still uses the old control plane, and a person has to move it:
 * that is waited for as long as a halted run waits. A rollback or abort ends it as it ends everything.
 */
async function untilUnused(run: Run, outline: PlanOutline, step: StepOutline): Promise<void> {
  const { from, policy } = outline;
  const until = new Date(Date.now() + policy.haltExpirySeconds * 1000).toISOString();
  const names = describeCount(Object.keys(run.failed).length, 'workload');
  enterPhase(
    run,
    phaseOf(step),
    `until nothing uses ${from.revision}: ${names} failed; until ${until}`,
  );
  const waiting = new CancellationScope();
  await waiting.run(async () => {
    const unused = observing(callFor(run, `wait until nothing uses ${from.revision}`)).awaitUnused({
      ...refOfRun(run),
      revision: from.revision,
      pollSeconds: Math.max(policy.healthPollSeconds, LEAST_POLL_SECONDS),
    });
    const timer = sleep(policy.haltExpirySeconds * 1000, {
      summary: `nothing may use ${from.revision} until ${until}`,
    });
    try {
      // The census that follows tells who it is when the time is over.
      await Promise.race([unused, timer]);
    } finally {
      waiting.cancel();
      await Promise.all([unused, timer].map(ignoreCancellation));
    }
  });
}

/** A person moves workloads in minutes. */
const LEAST_POLL_SECONDS = 10;

function phaseOf({ kind }: StepOutline): Phase {
  switch (kind) {
    case 'snapshot':
    case 'apply-crds':
      return 'Preparing';
    case 'install-control-plane':
    case 'verify-control-plane':
      return 'InstallingControlPlane';
    case 'soak':
      return 'Soaking';
    case 'wave':
      return 'MovingWorkloads';
    case 'gate':
      return 'AwaitingCompletion';
    case 'move-default':
    case 'restore-labels':
    case 'census':
      return 'Completing';
    case 'remove-control-plane':
      return 'RemovingOldRevision';
    case 'verify-mesh':
      return 'Verifying';
  }
}

/**
 * A failure waits for a person: past the point of no return, or where policy asks for it. The run stays
 * open and keeps the lock. When nobody decides, what can be taken back is taken back.
 */
async function halt(
  run: Run,
  { policy }: PlanOutline,
  step: StepOutline,
  { cause, breach }: Problem,
): Promise<'retry' | 'skip' | Forward> {
  const until = new Date(Date.now() + policy.haltExpirySeconds * 1000).toISOString();
  const halted: Halted = {
    steps: [step.id],
    ...(breach === undefined ? {} : { because: breach }),
    decision: undefined,
  };
  const ways = run.pointOfNoReturn ? 'retry, skip or abort {"leave":true}' : 'retry or rollback';
  run.halted = halted;
  run.cause = cause;
  enterPhase(run, 'Halted', `${ways} for ${step.id}, until ${until}`);
  try {
    const answered = await condition(
      () => halted.decision !== undefined,
      policy.haltExpirySeconds * 1000,
      { summary: `halted at ${step.id}: waits for ${ways} until ${until}` },
    );
    if (!answered || halted.decision === undefined) {
      const kind = run.pointOfNoReturn ? 'leave' : 'undo';
      return { kind, cause: `${cause}; nobody decided until ${until}` };
    }
    run.cause = undefined;
    if (halted.decision.kind === 'skip') markStep(run, step.id, 'skipped', halted.decision.reason);
    return halted.decision.kind;
  } finally {
    run.halted = undefined;
  }
}
