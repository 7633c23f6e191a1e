import { condition } from '@temporalio/workflow';
import type { Phase } from '../domain/progress.ts';
import { enterPhase, now, type Run } from './run.ts';

export type GateAnswer =
  { readonly kind: 'approved' } | { readonly kind: 'refused'; readonly cause: string };

/** Opens a gate and waits for a person's decision or its expiry, whichever the clock says first. */
export async function passGate(
  run: Run,
  gate: { readonly name: string; readonly expiresSeconds: number; readonly phase: Phase },
): Promise<GateAnswer> {
  const until = Date.now() + gate.expiresSeconds * 1000;
  const end = new Date(until).toISOString();
  run.gate = { kind: 'open', name: gate.name, openedAt: now(), until };
  enterPhase(run, gate.phase, `a decision on gate ${gate.name} until ${end}`);

  // Read through a function: handlers change the gate while this waits.
  const current = (): Run['gate'] => run.gate;
  try {
    await condition(() => current().kind === 'decided', gate.expiresSeconds * 1000, {
      summary: `gate ${gate.name}: open until ${end}`,
    });
    const decided = current();
    if (decided.kind !== 'decided') {
      return { kind: 'refused', cause: `gate ${gate.name} expired at ${end} without a decision` };
    }
    if (decided.approved) return { kind: 'approved' };
    const reason = decided.reason === undefined ? '' : `: ${decided.reason}`;
    return { kind: 'refused', cause: `gate ${gate.name} was rejected${reason}` };
  } finally {
    run.gate = { kind: 'none' };
  }
}
