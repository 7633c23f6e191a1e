import { condition } from '@temporalio/workflow';
import type { PlanOutline } from '../domain/planning/plan.ts';
import type { Difference } from '../domain/report.ts';
import type { Halted } from '../domain/rollout/control.ts';
import { describeCount } from '../domain/rollout/describe-count.ts';
import { undoOrder } from '../domain/rollout/undo-order.ts';
import { mutating, observing, restarting } from './activity-proxies.ts';
import { describeFailure } from './failures.ts';
import { goOnAnew, isGoingOn, isLong, stayShort, type Place } from './go-on-anew.ts';
import { tellHalted } from './news.ts';
import { callFor, enterPhase, markStep, refOfRun, type Run } from './run.ts';
import { countReceived } from './verify-token.ts';
import { awaitOpen, needToUndo, whileOpen } from './window.ts';

/**
 * Takes back every step that began, newest first, and proves the result. One undo that fails does
 * not stop the others; it then waits for a person. Call it in a non-cancellable scope.
 */
export async function undoSteps(run: Run, outline: PlanOutline, cause: string): Promise<void> {
  const resumed = run.place?.kind === 'undo' ? run.place : undefined;
  run.place = undefined;
  run.undoing = true;
  run.paused = undefined;
  // The way back waits for itself, and people are told so.
  if (resumed === undefined) run.toldToWait = false;
  enterPhase(run, 'RollingBack', 'the undo of every step that began');
  const progress: Undo = {
    kind: 'undo',
    cause,
    foreign: [...(resumed?.foreign ?? [])],
    skipped: [...(resumed?.skipped ?? [])],
    done: resumed === undefined ? doneIn(run) : (resumed.done ?? []),
  };
  await undoRest(run, outline, progress);
  let until = resumed?.until;
  for (let failed = failedOf(run, progress); failed.length > 0; failed = failedOf(run, progress)) {
    const answer = await askAboutUndo(run, outline, failed, progress, until);
    until = undefined;
    if (answer.kind === 'give-up') break;
    if (answer.kind === 'skip') progress.skipped.push(...answer.steps);
    else await undoAll(run, answer.steps, progress);
    await undoRest(run, outline, progress);
  }
  await prove(run, progress.foreign);
  run.remaining = [
    ...run.remaining,
    ...[...progress.skipped, ...failedOf(run, progress)].map(
      (step) => `undo of ${step}: ${run.steps.get(step)?.detail ?? 'failed'}`,
    ),
    ...stepsToUndo(run, outline).map((step) => `undo of ${step}: not begun`),
  ];
}

/** What is left of it, unless something fails by which all others stand or fall. */
async function undoRest(run: Run, outline: PlanOutline, progress: Undo): Promise<void> {
  const relied = outline.steps.filter(({ undoFirst }) => undoFirst === true).map(({ id }) => id);
  const fails = (): boolean => failedOf(run, progress).some((step) => relied.includes(step));
  const steps = stepsToUndo(run, outline);
  const first = steps.filter((step) => relied.includes(step));
  if (!fails()) await undoAll(run, first, progress);
  if (!fails()) await undoAll(run, steps.slice(first.length), progress);
}

/** How far the way back is. */
interface Undo extends Extract<Place, { kind: 'undo' }> {
  readonly foreign: Difference[];
  readonly skipped: string[];
}

/** What began and was not tried yet; what only looked or waited has nothing to take back. */
function stepsToUndo(run: Run, outline: PlanOutline): readonly string[] {
  const tried = ['undone', 'undo-failed'];
  return undoOrder(outline.steps)
    .filter(({ id, undo }) => undo !== 'none' && undo !== 'keep' && hasBegun(run, id))
    .map(({ id }) => id)
    .filter((id) => !tried.includes(run.steps.get(id)?.state ?? ''));
}

function failedOf(run: Run, { skipped }: Undo): readonly string[] {
  return [...run.steps.values()]
    .filter(({ id, state }) => state === 'undo-failed' && !skipped.includes(id))
    .map(({ id }) => id)
    .reverse();
}

function doneIn({ steps }: Run): readonly string[] {
  return [...steps.values()].filter(({ state }) => state === 'done').map(({ id }) => id);
}

function hasBegun(run: Run, step: string): boolean {
  return (run.steps.get(step)?.state ?? 'pending') !== 'pending';
}

/** Undoes the given steps in order; those that fail say so. */
async function undoAll(run: Run, steps: readonly string[], progress: Undo): Promise<void> {
  const need = run.outline === undefined ? undefined : needToUndo(run.outline);
  for (const step of steps) {
    await stayShort(run, progress);
    const wasDone = progress.done?.includes(step) === true;
    const ref = { ...refOfRun(run), step, ...(wasDone ? { wasDone } : {}) };
    const isWave = run.steps.get(step)?.kind === 'wave';
    const call = callFor(run, `undo ${step}`);
    markStep(run, step, 'undoing');
    try {
      await awaitOpen(run, need, progress);
      const receipt = await whileOpen(run, need, progress, (window) =>
        (isWave ? restarting(call) : mutating(call)).undoStep({ ...ref, ...window }),
      );
      progress.foreign.push(...receipt.foreign);
      // What a census counted before is not so any more.
      run.waves = run.waves.filter(({ id }) => id !== step);
      markStep(run, step, 'undone', describeReceipt(receipt));
    } catch (error) {
      if (isGoingOn(error)) throw error;
      markStep(run, step, 'undo-failed', describeFailure(error));
    }
  }
}

/** `3 changes taken back, 1 left as others set them`. */
export function describeReceipt(receipt: {
  readonly reverted: number;
  readonly foreign: readonly Difference[];
}): string {
  const kept =
    receipt.foreign.length === 0 ? '' : `, ${receipt.foreign.length} left as others set them`;
  return `${describeCount(receipt.reverted, 'change')} taken back${kept}`;
}

async function prove(run: Run, foreign: readonly Difference[]): Promise<void> {
  // Without a snapshot nothing was written yet.
  if (run.steps.get('snapshot')?.state !== 'done') return;
  try {
    const call = callFor(run, 'compare with the snapshot');
    const proof = await observing(call).proveRestored({ ...refOfRun(run), foreign });
    run.restored = proof.restored;
    run.differences = proof.differences;
    if (!proof.restored) {
      run.remaining = proof.ours.map(
        ({ path, expected, found }) => `${path}: expected ${expected}, found ${found}`,
      );
    }
  } catch (error) {
    run.restored = false;
    run.remaining = [
      `the result could not be compared with the snapshot: ${describeFailure(error)}`,
    ];
  }
}

type UndoAnswer =
  | { readonly kind: 'retry' | 'skip'; readonly steps: readonly string[] }
  | { readonly kind: 'give-up' };

async function askAboutUndo(
  run: Run,
  { policy }: PlanOutline,
  failed: readonly string[],
  progress: Undo,
  since: number | undefined,
): Promise<UndoAnswer> {
  const end = since ?? Date.now() + policy.haltExpirySeconds * 1000;
  const until = new Date(end).toISOString();
  // What was decided as the history before ended still holds.
  const halted: Halted = {
    steps: failed,
    decision: since === undefined ? undefined : run.halted?.decision,
  };
  run.halted = halted;
  if (since === undefined) run.stop = undefined;
  const named = failed.join(', ');
  enterPhase(run, 'Halted', `retry or skip for the undo of ${named}, until ${until}`);
  if (since === undefined) {
    const why = failed.map((step) => `${step}: ${run.steps.get(step)?.detail ?? 'failed'}`);
    const cause = [progress.cause, ...why].join('; ');
    tellHalted(run, { at: `the undo of ${named}`, cause, ways: 'retry or skip', until });
  }
  const isAnswered = (): boolean => halted.decision !== undefined || run.stop !== undefined;
  const isInTime = await condition(
    () => isAnswered() || isLong(run),
    Math.max(1, end - Date.now()),
    { summary: `undo of ${named} failed: waits for retry or skip until ${until}` },
  );
  if (!isAnswered()) await countReceived(run);
  if (isInTime && !isAnswered()) await goOnAnew(run, { ...progress, until: end });
  run.halted = undefined;
  enterPhase(run, 'RollingBack', 'the undo of every step that began');
  const { decision } = halted;
  return decision === undefined ? { kind: 'give-up' } : decision;
}
