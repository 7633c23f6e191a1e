import { condition, isCancellation, patched } from '@temporalio/workflow';
import type { Verdict } from '../domain/health/verdict.ts';
import type { PlanOutline, StepOutline } from '../domain/planning/plan.ts';
import type { Halted } from '../domain/rollout/control.ts';
import { observing } from './activity-proxies.ts';
import { describeFailure } from './failures.ts';
import { goOnAnew, isLong } from './go-on-anew.ts';
import { tellHalted } from './news.ts';
import { callFor, enterPhase, refOfRun, type Run } from './run.ts';
import { countReceived } from './verify-token.ts';

/**
 * Why the old revision could not serve what would return to it; none where it can, where nothing has
 * moved yet, or where a person who knew it decided to return all the same. What cannot be told is a no.
 */
export async function whyNoWayBack(run: Run, outline: PlanOutline): Promise<readonly string[]> {
  if (!dependsOnTheOld(run, outline) || run.knowsWayBack || !patched('assess-way-back')) return [];
  const call = callFor(run, `can ${outline.from.revision} still serve?`);
  try {
    return factsAgainst(await observing(call).assessWayBack(refOfRun(run)), outline);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return [describeFailure(error)];
  }
}

function factsAgainst({ status, conditions }: Verdict, { from }: PlanOutline): readonly string[] {
  if (status === 'Healthy') return [];
  const unmet = conditions.filter((each) => each.status !== 'Healthy');
  return unmet.length === 0
    ? [`nothing is known of ${from.revision}`]
    : unmet.map(({ message }) => message);
}

/** A canary's old revision serves all along; only what has moved away would have to be taken up again. */
function dependsOnTheOld({ steps }: Run, outline: PlanOutline): boolean {
  const hasBegun = ({ id }: StepOutline): boolean =>
    (steps.get(id)?.state ?? 'pending') !== 'pending';
  const moves = ['wave', 'move-default', 'restore-labels'];
  return (
    outline.strategy === 'canary' &&
    outline.steps.some((step) => moves.includes(step.kind) && hasBegun(step))
  );
}

/**
 * Before a compensation begins: while the old revision cannot serve, a person decides. `retry` looks
 * again, `rollback` returns all the same, `abort {"leave":true}` leaves all where it stands.
 */
export async function decideWayBack(
  run: Run,
  outline: PlanOutline,
  cause: string,
): Promise<'undo' | 'leave'> {
  let end = run.place?.kind === 'way-back' ? run.place.until : undefined;
  let isTold = end !== undefined;
  run.place = undefined;
  for (;;) {
    const because = await whyNoWayBack(run, outline);
    if (because.length === 0) return 'undo';
    end ??= Date.now() + outline.policy.haltExpirySeconds * 1000;
    const until = new Date(end).toISOString();
    const halted: Halted = {
      steps: [WAY_BACK],
      because,
      lacksWayBack: true,
      decision: undefined,
    };
    run.halted = halted;
    run.stop = undefined;
    run.cause = cause;
    enterPhase(run, 'Halted', `${WAYS} for the way back, until ${until}`);
    if (!isTold) {
      const why = [cause, ...because].join('; ');
      tellHalted(run, { at: 'the way back', cause: why, ways: WAYS, until });
    }
    isTold = true;
    const isDecided = (): boolean => halted.decision !== undefined || stopOf(run) !== undefined;
    const isInTime = await condition(
      () => isDecided() || isLong(run),
      Math.max(1, end - Date.now()),
      { summary: `${outline.from.revision} cannot serve: waits for ${WAYS} until ${until}` },
    );
    if (!isDecided()) await countReceived(run);
    if (isInTime && !isDecided()) await goOnAnew(run, { kind: 'way-back', cause, until: end });
    run.halted = undefined;
    const stop = stopOf(run);
    if (stop !== undefined) return stop.kind;
    if (halted.decision === undefined) return 'leave';
  }
}

/** By this name a decision may call it. */
const WAY_BACK = 'way-back';
/** What a person may do, and what each means here. */
export const WAYS = 'retry, rollback all the same or abort {"leave":true}';

/** A handler may have set it meanwhile, which the compiler does not see. */
function stopOf({ stop }: Run): Run['stop'] {
  return stop;
}
