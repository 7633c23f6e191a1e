import type { MessageBody } from '../messages.ts';
import type { Control, Ruling } from './control.ts';
import { byAndWhy, requesterProblem, roleProblem, type Sender } from './sender.ts';

type Deciding = 'retry' | 'skip';

/** Why nothing that failed can be decided on so now, in words. */
export function judgeHalt(
  { halted, pointOfNoReturn, undoing }: Control,
  name: Deciding,
  { step }: MessageBody,
): string | undefined {
  if (halted === undefined) return 'no step waits for a decision';
  if (name === 'skip' && !pointOfNoReturn && !undoing) {
    return `${halted.steps.join(', ')} cannot be skipped: the old revision is still in use. Send retry or rollback`;
  }
  if (halted.decision !== undefined) return 'a decision was made already';
  if (step !== undefined && !halted.steps.includes(step)) {
    return `expected one of ${halted.steps.join(', ')}, found ${step}`;
  }
  return name === 'skip' && step === undefined && halted.steps.length > 1
    ? `name the step: one of ${halted.steps.join(', ')}`
    : undefined;
}

/** What is to be done with what failed. */
export function decideHalt(
  control: Control,
  { decision, body }: { readonly decision: Deciding; readonly body: MessageBody },
  sender: Sender,
): Ruling {
  const policy = control.haltPolicy ?? {};
  const problem = roleProblem(policy, sender) ?? requesterProblem(control, policy, sender);
  if (problem !== undefined) {
    return { kind: 'refused', because: `${decision}: ${problem}`, changes: {} };
  }
  const { step, reason } = body;
  const steps = step === undefined ? (control.halted?.steps ?? []) : [step];
  return {
    kind: 'accepted',
    words: `${decision} of ${steps.join(', ')}${byAndWhy(sender, reason)}`,
    changes: { halt: { kind: decision, steps, reason } },
  };
}
