import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { StepRef } from '../activities/run-ref.ts';
import type { InTime } from '../activities/time/window-need.ts';
import type { PlanOutline, StepOutline } from '../domain/planning/plan.ts';
import type { Phase } from '../domain/progress.ts';
import { describeCount } from '../domain/rollout/describe-count.ts';
import { mutating, observing } from './activity-proxies.ts';
import { runCensus } from './census-step.ts';
import { breachOf, describeFailure, endedByCancellation } from './failures.ts';
import { isGoingOn, stayShort, takePlace, type Place } from './go-on-anew.ts';
import { callFor, enterPhase, markStep, refOfRun, whileMutating, type Run } from './run.ts';
import { soak } from './soak.ts';
import { asksAPerson, halt, type Problem } from './halt.ts';
import { runGate } from './gate-step.ts';
import { runRollbackStep } from './rollback-step.ts';
import { runWave } from './wave.ts';
import { whyNoWayBack } from './way-back.ts';
import { awaitOpen, needOf, whileOpen, withoutSeconds } from './window.ts';
import { holdWhilePaused } from './hold-while-paused.ts';

type StepPlace = Extract<Place, { kind: 'step' }>;

/** How the way forward ended. */
export type Forward =
  | { readonly kind: 'completed' }
  | {
      readonly kind: 'undo';
      readonly cause: string;
      /** Somebody has looked whether the old revision can serve. */
      readonly assessed?: true;
    }
  | { readonly kind: 'leave'; readonly cause: string };

/** Carries out every step in order. Cancellation passes through; everything else is an answer. */
export async function runSteps(run: Run, outline: PlanOutline): Promise<Forward> {
  const { place } = run;
  const begin = place?.kind === 'step' ? outline.steps.findIndex(({ id }) => id === place.id) : 0;
  for (const step of outline.steps.slice(begin)) {
    const end = await carryOut(run, outline, step);
    if (end !== undefined) return end;
  }
  return { kind: 'completed' };
}

/** Tries a step until it is done or skipped; otherwise says how the way forward ends. */
export async function carryOut(
  run: Run,
  outline: PlanOutline,
  step: StepOutline,
): Promise<Forward | undefined> {
  // Paused amid a soak, it is still to be waited for as long as before.
  const { place } = run;
  const isHere = place?.kind === 'step' && place.id === step.id;
  const here: StepPlace = isHere ? place : { kind: 'step', id: step.id };
  let resumed = isHere && place.problem !== undefined ? takePlace(run, step.id) : undefined;
  for (;;) {
    if (resumed === undefined) {
      await stayShort(run, here);
      await holdWhilePaused(run, here);
      const need = needOf(outline, step);
      await awaitOpen(run, here.checkpoint === undefined ? need : withoutSeconds(need), here);
    }
    const problem = resumed?.problem ?? (await attempt(run, outline, step));
    run.place = undefined;
    if (problem === undefined) return undefined;
    const judged = resumed === undefined ? await judgeProblem(run, outline, problem) : { problem };
    if (judged.end !== undefined) return judged.end;
    const next = await halt(run, outline, step, judged.problem, resumed?.until);
    resumed = undefined;
    if (next === 'skip') return undefined;
    if (next !== 'retry') return next;
  }
}

/** What can be taken back is, unless a person has to look at it first; else the problem, with why. */
async function judgeProblem(
  run: Run,
  outline: PlanOutline,
  problem: Problem,
): Promise<{ readonly problem: Problem; readonly end?: Forward }> {
  if (run.pointOfNoReturn && problem.next === 'end') {
    return { problem, end: { kind: 'leave', cause: problem.cause } };
  }
  if (run.pointOfNoReturn || asksAPerson(outline, problem)) return { problem };
  const lacking = await whyNoWayBack(run, outline);
  return lacking.length === 0
    ? { problem, end: { kind: 'undo', cause: problem.cause, assessed: true } }
    : { problem: { ...problem, lacking } };
}

/** Tries a step once; what it failed by is an answer, not an error. */
export async function attempt(
  run: Run,
  outline: PlanOutline,
  step: StepOutline,
): Promise<Problem | undefined> {
  markStep(run, step.id, 'begun');
  try {
    const result = await runStep(run, outline, step);
    if (result.kind === 'failed') {
      markStep(run, step.id, 'failed', result.cause);
      const { cause, next } = result;
      return { cause: `${step.id}: ${cause}`, ...(next === undefined ? {} : { next }) };
    }
    markStep(run, step.id, 'done', result.detail);
    return undefined;
  } catch (error) {
    if (isCancellation(error) || isGoingOn(error)) throw error;
    if (CancellationScope.current().consideredCancelled && endedByCancellation(error)) throw error;
    const cause = describeFailure(error);
    markStep(run, step.id, 'failed', cause);
    const breach = breachOf(error);
    return { cause: `${step.id}: ${cause}`, ...(breach === undefined ? {} : { breach }) };
  }
}

/** What a step came to. */
export type StepResult =
  | { readonly kind: 'ok'; readonly detail?: string }
  | { readonly kind: 'failed'; readonly cause: string; readonly next?: Problem['next'] };

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
      return whileOpen(run, needOf(outline, step), { kind: 'step', id: step.id }, (window) =>
        runRemoval(run, step, window),
      );
    case 'apply-crds':
    case 'install-control-plane':
    case 'move-default':
    case 'restore-labels':
      return applied(
        await whileOpen(run, needOf(outline, step), { kind: 'step', id: step.id }, (window) =>
          whileMutating(run, mutating(call).applyStep({ ...ref, ...window })),
        ),
      );
    case 'verify-control-plane': {
      const { conditions } = await observing(call).verifyControlPlane(ref);
      return { kind: 'ok', detail: conditions.map(({ message }) => message).join('; ') };
    }
    case 'soak':
      return runSoak(run, outline, step);
    case 'wave':
      return { kind: 'ok', detail: await runWave(run, step, needOf(outline, step)) };
    case 'gate':
      return runGate(run, outline, step);
    case 'census':
      return runCensus(run, outline, step);
    case 'verify-mesh':
      return { kind: 'ok', detail: await observing(call).verifyMesh(withFailed(run, ref)) };
    case 'undo-step':
    case 'restore-control-plane':
    case 'prove-restored':
      return runRollbackStep(run, { ...step, kind: step.kind }, ref, needOf(outline, step));
  }
}

/** With what failed within its wave's threshold, which says nothing new. */
function withFailed({ failed }: Run, ref: StepRef): StepRef & { readonly failed?: Run['failed'] } {
  return Object.keys(failed).length === 0 ? ref : { ...ref, failed };
}

/** Until the journal says that a deletion was meant, everything can still be undone. */
async function runRemoval(run: Run, step: StepOutline, window: InTime): Promise<StepResult> {
  const ref = { ...refOfRun(run), step: step.id, ...window };
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
    step: step.id,
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
    case 'prove-restored':
      return 'Verifying';
    case 'undo-step':
    case 'restore-control-plane':
      return 'RollingBack';
  }
}
