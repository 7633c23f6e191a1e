import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  defineSignal,
  setHandler,
} from '@temporalio/workflow';
import type { WindowNeed } from '../activities/time/window-need.ts';
import type { PlanOutline, StepOutline } from '../domain/planning/plan.ts';
import { phaseOfChange, undoWaits, windowNamesOf } from '../domain/rollout/window-phase.ts';
import type { ClosedWindow, WindowVerdict } from '../domain/time/maintenance-window.ts';
import { observing } from './activity-proxies.ts';
import { goOnAnew, isLong, type Place } from './go-on-anew.ts';
import { holdWhilePaused } from './hold-while-paused.ts';
import { callFor, enterPhase, refOfRun, type Run } from './run.ts';
import { ignoreCancellation } from './soak.ts';
import { tell } from './tell.ts';

/** What a schedule says as a window opens: look again whether you may go on. */
export const windowOpened = defineSignal<[{ readonly window?: string }?]>('windowOpened');

/** Called before the first await. */
export function heedWindows(run: Run): void {
  setHandler(windowOpened, () => void (run.windowsOpened += 1), {
    description: 'Look again whether a window is open. Sample: {} or {"window":"weeknights"}',
  });
}

/** In what time a step may change the mesh; absent where nothing holds it back. */
export function needOf(outline: PlanOutline, step: StepOutline): WindowNeed | undefined {
  const phase = phaseOfChange(step.kind);
  if (phase === undefined) return undefined;
  if (phase === 'compensation') return needToUndo(outline);
  const names = windowNamesOf(outline.policy.windows, phase);
  return {
    phase,
    ...(names === undefined ? {} : { windows: names }),
    ...(step.estimateSeconds === undefined ? {} : { seconds: step.estimateSeconds }),
  };
}

/** What is begun goes on for as long as it may, whatever is left of it. */
export function withoutSeconds(need: WindowNeed | undefined): WindowNeed | undefined {
  return need === undefined ? undefined : momentary(need);
}

function momentary({ seconds: _, ...need }: WindowNeed): WindowNeed {
  return need;
}

/** Of what is taken back: absent unless the policy has it wait. */
export function needToUndo({ policy: { windows } }: PlanOutline): WindowNeed | undefined {
  if (!undoWaits(windows)) return undefined;
  const names = windowNamesOf(windows, 'compensation');
  return { phase: 'compensation', ...(names === undefined ? {} : { windows: names }) };
}

/** Before the mesh is taken: what the first change of it needs. */
export function needToBegin(outline: PlanOutline): WindowNeed | undefined {
  const needs = outline.steps.map((step) => needOf(outline, step));
  return needs.find((need) => need !== undefined);
}

/**
 * Nothing is begun outside of its windows: waits until one is open, or the time that is left of it is
 * enough. Of a phase that needs none, freezes are met by the first change itself.
 */
export async function awaitOpen(
  run: Run,
  need: WindowNeed | undefined,
  place: Place,
): Promise<void> {
  if (need?.windows === undefined) return;
  for (;;) {
    const looking = observing(callFor(run, `is a window open for ${need.phase}?`));
    const verdict = await looking.checkWindow({ ...refOfRun(run), ...need });
    if (verdict.kind === 'open') break;
    await park(run, need, verdict, place);
    await holdWhilePaused(run, place);
  }
  run.toldToWait = false;
}

/** Makes a change; where it is outside of its time, waits and makes it, or the rest of it, then. */
export async function whileOpen<T>(
  run: Run,
  need: WindowNeed | undefined,
  place: Place,
  change: (window: { readonly window?: WindowNeed }) => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      const changed = await change(need === undefined ? {} : { window: need });
      run.toldToWait = false;
      return changed;
    } catch (error) {
      const closed = closedBy(error);
      if (closed === undefined || need === undefined) throw error;
      await park(run, need, closed, place);
      await holdWhilePaused(run, place);
    }
  }
}

/**
 * Waits until the mesh may be changed, or somebody pauses the run or says that it should look again.
 * However long that is, it costs a handful of events for each reason that there is to wait.
 */
export async function park(
  run: Run,
  need: WindowNeed,
  closed: ClosedWindow,
  place: Place,
): Promise<void> {
  const { phase } = run;
  tellToWait(run, closed);
  try {
    let verdict: WindowVerdict | undefined = closed;
    while (verdict?.kind === 'closed') {
      enterPhase(run, 'WaitingForWindow', describeClosed(verdict));
      verdict = await nextVerdict(run, need, verdict);
      if (isLong(run)) {
        run.phase = phase;
        await goOnAnew(run, place);
      }
    }
  } finally {
    // Also where a pause ends the waiting amid a wave: what follows is of the phase before.
    run.phase = phase;
  }
  enterPhase(run, phase);
}

/** Once for all that one wait is made of: pauses, and histories that go on in new ones. */
function tellToWait(run: Run, closed: ClosedWindow): void {
  if (run.toldToWait) return;
  run.toldToWait = true;
  const { opensAt } = closed;
  tell(run, {
    kind: 'window-waiting',
    title: `${run.cluster}: waits until the mesh may be changed`,
    text: describeClosed(closed),
    ...(opensAt === undefined ? {} : { until: opensAt }),
  });
}

/** Absent: the caller has to look by itself. */
async function nextVerdict(
  run: Run,
  need: WindowNeed,
  seen: ClosedWindow,
): Promise<WindowVerdict | undefined> {
  const known = run.windowsOpened;
  const waiting = new CancellationScope();
  return waiting.run(async () => {
    const call = callFor(run, `waits: ${describeClosed(seen)}`.slice(0, 200));
    const other = observing(call).awaitWindow({ ...refOfRun(run), ...need, seen });
    const told = condition(
      () => run.windowsOpened !== known || run.paused !== undefined || isLong(run),
    ).then(() => undefined);
    try {
      return await Promise.race([other, told]);
    } finally {
      waiting.cancel();
      await Promise.all([other, told].map(ignoreCancellation));
    }
  });
}

/** The verdict of a change that was refused because of its time. */
function closedBy(error: unknown): ClosedWindow | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (!(cause instanceof ApplicationFailure) || cause.type !== 'OutsideWindow') return undefined;
  return cause.details?.[0] as ClosedWindow | undefined;
}

function describeClosed({ because, opensAt }: ClosedWindow): string {
  return opensAt === undefined ? because : `${because}; opens at ${opensAt}`;
}
