import { condition } from '@temporalio/workflow';
import type { PlanOutline, StepOutline } from '../domain/planning/plan.ts';
import type { Halted } from '../domain/rollout/control.ts';
import { goOnAnew, isLong } from './go-on-anew.ts';
import { tellHalted } from './news.ts';
import { enterPhase, markStep, type Run } from './run.ts';
import type { Forward } from './run-steps.ts';
import { countReceived } from './verify-token.ts';
import { WAYS } from './way-back.ts';

/** What a step failed by. */
export interface Problem {
  readonly cause: string;
  /** The workloads that failed, where they were more than may. */
  readonly breach?: readonly string[];
  /** Of a gate that nobody passed: `ask` a person, or `end` the run where nothing can be taken back. */
  readonly next?: 'ask' | 'end';
  /** Why the old revision could not serve what would return to it. */
  readonly lacking?: readonly string[];
}

/** What can be taken back is taken back, unless policy wants somebody to look at it first. */
export function asksAPerson({ policy }: PlanOutline, { breach, next }: Problem): boolean {
  return next === 'ask' || (breach !== undefined && policy.restart.onBreach === 'halt');
}

/**
 * A failure waits for a person: past the point of no return, or where policy asks for it. The run stays
 * open and keeps the lock. When nobody decides, what can be taken back is taken back.
 */
export async function halt(
  run: Run,
  { policy }: PlanOutline,
  step: StepOutline,
  problem: Problem,
  since?: number,
): Promise<'retry' | 'skip' | Forward> {
  const { cause, breach, lacking } = problem;
  const because = lacking ?? breach;
  const end = since ?? Date.now() + policy.haltExpirySeconds * 1000;
  const until = new Date(end).toISOString();
  const halted: Halted = {
    steps: [step.id],
    ...(because === undefined ? {} : { because }),
    ...(lacking === undefined ? {} : { lacksWayBack: true }),
    // What was decided as the history before ended still holds.
    decision: run.halted?.decision,
  };
  const ways = waysOf(run, problem);
  run.halted = halted;
  run.cause = cause;
  enterPhase(run, 'Halted', `${ways} for ${step.id}, until ${until}`);
  if (since === undefined) tellHalted(run, { at: step.id, cause, ways, until });
  try {
    const isDecided = (): boolean => halted.decision !== undefined;
    const isInTime = await condition(
      () => isDecided() || isLong(run),
      Math.max(1, end - Date.now()),
      { summary: `halted at ${step.id}: waits for ${ways} until ${until}` },
    );
    if (!isDecided()) await countReceived(run);
    if (isInTime && !isDecided()) {
      await goOnAnew(run, { kind: 'step', id: step.id, until: end, problem });
    }
    const { decision } = halted;
    if (decision === undefined) {
      const kind = run.pointOfNoReturn || lacking !== undefined ? 'leave' : 'undo';
      return { kind, cause: `${cause}; nobody decided until ${until}` };
    }
    run.cause = undefined;
    if (decision.kind === 'skip') markStep(run, step.id, 'skipped', decision.reason);
    return decision.kind;
  } finally {
    run.halted = undefined;
  }
}

function waysOf({ pointOfNoReturn }: Run, { lacking }: Problem): string {
  if (pointOfNoReturn) return 'retry, skip or abort {"leave":true}';
  return lacking === undefined ? 'retry or rollback' : WAYS;
}
