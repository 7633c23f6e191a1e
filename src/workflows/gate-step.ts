import type { GateKind, GatePolicy } from '../domain/approval/gate-policy.ts';
import type { PlanOutline, StepOutline } from '../domain/planning/plan.ts';
import { irrevocableAfter } from '../domain/rollout/irrevocable.ts';
import { passGate } from './gate.ts';
import type { Place } from './go-on-anew.ts';
import type { Run } from './run.ts';
import type { StepResult } from './run-steps.ts';

/** The gates before anything is touched, one after the other; why one was not passed, in words. */
export async function passFirstGates(
  run: Run,
  outline: PlanOutline,
  place: Place,
): Promise<string | undefined> {
  for (const { name, policy } of firstGates(outline)) {
    if (run.passed.includes(name)) continue;
    const answer = await passGate(
      run,
      {
        name,
        about: name,
        policy,
        phase: 'AwaitingStart',
        afterwards: irrevocableAfter(outline),
      },
      place,
    );
    if (answer.kind === 'refused') return answer.cause;
    run.passed = [...run.passed, name];
  }
  return undefined;
}

/** Overridden findings first: who lets the run start then knows that somebody accepts them. */
function firstGates({
  policy,
  findings,
}: PlanOutline): readonly { readonly name: 'override' | 'start'; readonly policy: GatePolicy }[] {
  const { override, start } = policy.gates;
  const isOverridden = findings.some(({ overriddenBecause }) => overriddenBecause !== undefined);
  return [
    ...(override !== undefined && isOverridden
      ? [{ name: 'override', policy: override } as const]
      : []),
    ...(start === undefined ? [] : [{ name: 'start', policy: start } as const]),
  ];
}

/** A gate amid the steps: before a wave, or the last one. */
export async function runGate(
  run: Run,
  outline: PlanOutline,
  step: StepOutline,
): Promise<StepResult> {
  const about: GateKind = step.wave === undefined ? 'complete' : 'wave';
  const { wave, complete } = outline.policy.gates;
  const policy = step.wave === undefined ? complete : (wave ?? complete);
  const answer = await passGate(
    run,
    {
      name: step.wave === undefined ? 'complete' : `wave-${step.wave}`,
      about,
      // The step says when it expires, as plans of before do.
      policy: { ...policy, expiresSeconds: step.seconds ?? policy.expiresSeconds },
      phase: step.wave === undefined ? 'AwaitingCompletion' : 'AwaitingWave',
      afterwards: irrevocableAfter(outline, step.id),
    },
    { kind: 'step', id: step.id },
  );
  if (answer.kind === 'approved') return { kind: 'ok' };
  const asks = answer.expired && policy.onExpiry === 'halt';
  return { kind: 'failed', cause: answer.cause, next: asks ? 'ask' : 'end' };
}
