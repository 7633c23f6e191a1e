import { condition } from '@temporalio/workflow';
import type { PlanOutline } from '../domain/planning/plan.ts';
import type { Difference } from '../domain/report.ts';
import { describeCount } from '../domain/rollout/describe-count.ts';
import { mutating, observing, restarting } from './activity-proxies.ts';
import { describeFailure } from './failures.ts';
import { callFor, enterPhase, markStep, refOfRun, type Halted, type Run } from './run.ts';

/**
 * Takes back every step that began, newest first, and proves the result. One undo that fails does
 * not stop the others; it then waits for a person. Call it in a non-cancellable scope.
 */
export async function undoSteps(run: Run, outline: PlanOutline): Promise<void> {
  run.undoing = true;
  run.paused = undefined;
  enterPhase(run, 'RollingBack', 'the undo of every step that began');
  // What only looked or waited has nothing to take back.
  const begun = outline.steps
    .filter(({ id, undo }) => undo !== 'none' && undo !== 'keep' && hasBegun(run, id))
    .reverse();
  const foreign: Difference[] = [];
  let failed = await undoAll(
    run,
    begun.map(({ id }) => id),
    foreign,
  );
  const skipped: string[] = [];
  while (failed.length > 0) {
    const answer = await askAboutUndo(run, outline, failed);
    if (answer.kind === 'give-up') break;
    failed = failed.filter((step) => !answer.steps.includes(step));
    if (answer.kind === 'skip') skipped.push(...answer.steps);
    else failed.push(...(await undoAll(run, answer.steps, foreign)));
  }
  await prove(run, foreign);
  run.remaining = [
    ...run.remaining,
    ...[...skipped, ...failed].map(
      (step) => `undo of ${step}: ${run.steps.get(step)?.detail ?? 'failed'}`,
    ),
  ];
}

function hasBegun(run: Run, step: string): boolean {
  return (run.steps.get(step)?.state ?? 'pending') !== 'pending';
}

/** Undoes the given steps in order; returns those that failed. */
async function undoAll(
  run: Run,
  steps: readonly string[],
  foreign: Difference[],
): Promise<string[]> {
  const failed: string[] = [];
  for (const step of steps) {
    const ref = { ...refOfRun(run), step };
    const isWave = run.steps.get(step)?.kind === 'wave';
    const call = callFor(run, `undo ${step}`);
    markStep(run, step, 'undoing');
    try {
      const receipt = await (isWave ? restarting(call) : mutating(call)).undoStep(ref);
      foreign.push(...receipt.foreign);
      // What a census counted before is not so any more.
      run.waves = run.waves.filter(({ id }) => id !== step);
      markStep(run, step, 'undone', describeReceipt(receipt));
    } catch (error) {
      markStep(run, step, 'undo-failed', describeFailure(error));
      failed.push(step);
    }
  }
  return failed;
}

function describeReceipt(receipt: {
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
): Promise<UndoAnswer> {
  const until = new Date(Date.now() + policy.haltExpirySeconds * 1000).toISOString();
  const halted: Halted = { steps: failed, decision: undefined };
  run.halted = halted;
  run.stop = undefined;
  const named = failed.join(', ');
  enterPhase(run, 'Halted', `retry or skip for the undo of ${named}, until ${until}`);
  await condition(
    () => halted.decision !== undefined || run.stop !== undefined,
    policy.haltExpirySeconds * 1000,
    { summary: `undo of ${named} failed: waits for retry or skip until ${until}` },
  );
  run.halted = undefined;
  enterPhase(run, 'RollingBack', 'the undo of every step that began');
  const { decision } = halted;
  return decision === undefined ? { kind: 'give-up' } : decision;
}
