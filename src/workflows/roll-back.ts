import type { PlanOutline, StepOutline } from '../domain/planning/plan.ts';
import { stayShort, type Place } from './go-on-anew.ts';
import type { Run } from './run.ts';
import { attempt, carryOut, type Forward } from './run-steps.ts';
import { holdWhilePaused } from './hold-while-paused.ts';

/**
 * Carries out the steps of a rollback, of a chain hop by hop: each is proven before the one before it is
 * taken back, which would change again what is compared.
 */
export async function rollBackSteps(run: Run, outline: PlanOutline): Promise<Forward> {
  for (const steps of hopsIn(outline)) {
    const end = await rollBackHop(run, outline, steps);
    if (end !== undefined) return end;
  }
  return { kind: 'completed' };
}

/** The steps of each hop; its proof is the last of them. */
function hopsIn({ steps }: PlanOutline): readonly (readonly StepOutline[])[] {
  const hops: StepOutline[][] = [[]];
  for (const step of steps) {
    hops.at(-1)?.push(step);
    if (step.kind === 'prove-restored') hops.push([]);
  }
  return hops;
}

/**
 * One undo that fails does not stop the others: what failed is
 * tried once more after them, and then waits for a person. What is skipped is left to do.
 */
async function rollBackHop(
  run: Run,
  outline: PlanOutline,
  steps: readonly StepOutline[],
): Promise<Forward | undefined> {
  const isUndo = ({ kind }: StepOutline): boolean => kind === 'undo-step';
  const firstUndo = steps.findIndex(isUndo);
  // Nothing returns to a control plane that is not there.
  const ended = await carryOutAll(run, outline, steps.slice(0, Math.max(0, firstUndo)));
  if (ended !== undefined) return ended;
  for (const step of steps.filter(isUndo)) {
    if (!isPending(run, step)) continue;
    if (step.undoFirst === true) {
      // All that follows returns to what it brings back.
      const stopped = await carryOutAll(run, outline, [step]);
      if (stopped !== undefined) return stopped;
      continue;
    }
    const here: Place = { kind: 'step', id: step.id };
    await stayShort(run, here);
    await holdWhilePaused(run, here);
    run.place = undefined;
    await attempt(run, outline, step);
  }
  return carryOutAll(run, outline, steps.slice(Math.max(0, firstUndo)));
}

async function carryOutAll(
  run: Run,
  outline: PlanOutline,
  steps: readonly StepOutline[],
): Promise<Forward | undefined> {
  for (const step of steps) {
    if (stateOf(run, step) === 'done' || stateOf(run, step) === 'skipped') continue;
    const why = run.steps.get(step.id)?.detail;
    const end = await carryOut(run, outline, step);
    if (end !== undefined) return end;
    if (stateOf(run, step) === 'skipped') leaveToDo(run, step, why);
  }
  return undefined;
}

/** Why it failed before, and why somebody skipped it. */
function leaveToDo(run: Run, { id }: StepOutline, why: string | undefined): void {
  const reason = run.steps.get(id)?.detail;
  const words = [...new Set([why, reason])].filter((each) => each !== undefined);
  run.remaining = [...run.remaining, `${id} was skipped: ${words.join('; ')}`];
}

function stateOf(run: Run, { id }: StepOutline): string {
  return run.steps.get(id)?.state ?? 'pending';
}

function isPending(run: Run, step: StepOutline): boolean {
  return stateOf(run, step) === 'pending';
}
