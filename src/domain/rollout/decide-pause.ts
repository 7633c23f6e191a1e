import type { MessageBody } from '../messages.ts';
import type { Control, Ruling } from './control.ts';
import { byAndWhy, requesterProblem, roleProblem, type Sender } from './sender.ts';

/** Why the run cannot be paused now, in words. */
export function judgePause({ ended, paused, undoing }: Control): string | undefined {
  if (ended !== undefined) return `the run has ended: ${ended}`;
  if (undoing) return 'the run is rolling back, which is not paused';
  return paused === undefined ? undefined : 'the run is paused already';
}

/** Why there is nothing to resume, in words. */
export function judgeResume({ paused }: Control): string | undefined {
  return paused === undefined ? 'the run is not paused' : undefined;
}

export function decidePause({ reason }: MessageBody, sender: Sender): Ruling {
  const { by } = sender;
  const paused = {
    reason: reason ?? 'no reason was given',
    ...(by === undefined ? {} : { by }),
  };
  return {
    kind: 'accepted',
    words: `paused${byAndWhy(sender, reason)}`,
    changes: { paused: { to: paused } },
  };
}

export function decideResume(control: Control, { reason }: MessageBody, sender: Sender): Ruling {
  const policy = control.haltPolicy ?? {};
  const problem = roleProblem(policy, sender) ?? requesterProblem(control, policy, sender);
  if (problem !== undefined) return { kind: 'refused', because: `resume: ${problem}`, changes: {} };
  return {
    kind: 'accepted',
    words: `resumed${byAndWhy(sender, reason)}`,
    changes: { paused: { to: undefined } },
  };
}
