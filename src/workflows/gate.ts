import { condition } from '@temporalio/workflow';
import type { Phase } from '../domain/progress.ts';
import { goOnAnew, isLong, type Place } from './go-on-anew.ts';
import { remindOfGate, tellGateOpened } from './news.ts';
import { enterPhase, now, type Run } from './run.ts';

export type GateAnswer =
  { readonly kind: 'approved' } | { readonly kind: 'refused'; readonly cause: string };

/**
 * Opens a gate and waits for a person's decision or its expiry, whichever the clock says first. One that
 * was open at the end of the history before stays open as it was.
 */
export async function passGate(
  run: Run,
  gate: { readonly name: string; readonly expiresSeconds: number; readonly phase: Phase },
  place: Place,
): Promise<GateAnswer> {
  if (run.gate.kind === 'none') {
    const until = Date.now() + gate.expiresSeconds * 1000;
    run.gate = { kind: 'open', name: gate.name, openedAt: now(), until };
    tellGateOpened(run, run.gate);
  }
  const { until } = run.gate;
  const end = new Date(until).toISOString();
  enterPhase(run, gate.phase, `a decision on gate ${gate.name} until ${end}`);

  const endReminder = run.gate.kind === 'open' ? remindOfGate(run, run.gate) : undefined;
  // Read through a function: handlers change the gate while this waits.
  const current = (): Run['gate'] => run.gate;
  try {
    const isInTime = await condition(
      () => current().kind === 'decided' || isLong(run),
      Math.max(1, until - Date.now()),
      { summary: `gate ${gate.name}: open until ${end}` },
    );
    const decided = current();
    if (isInTime && decided.kind === 'open') await goOnAnew(run, place);
    if (decided.kind !== 'decided') {
      return { kind: 'refused', cause: `gate ${gate.name} expired at ${end} without a decision` };
    }
    if (decided.approved) return { kind: 'approved' };
    const reason = decided.reason === undefined ? '' : `: ${decided.reason}`;
    return { kind: 'refused', cause: `gate ${gate.name} was rejected${reason}` };
  } finally {
    endReminder?.();
    run.gate = { kind: 'none' };
  }
}
