import type { DecisionClaims } from '../approval/decision-claims.ts';
import type { MessageBody, MessageName } from '../messages.ts';
import type { Control, ControlChanges, Ruling } from './control.ts';
import { claimsProblem, withNonce } from './compare-claims.ts';
import { decideGate, judgeGate } from './decide-gate.ts';
import { decideHalt, judgeHalt } from './decide-halt.ts';
import { decidePause, decideResume, judgePause, judgeResume } from './decide-pause.ts';
import { decideStop, judgeStop } from './decide-stop.ts';
import type { KeyStanding, Sender } from './sender.ts';

/** A message as it was received. */
export interface Message {
  readonly name: MessageName;
  readonly body: MessageBody;
  /** When (ms): this decides whether it is in time. */
  readonly receivedAt: number;
}

/** What came of looking at a token. */
export type TokenVerdict =
  | {
      readonly kind: 'verified';
      readonly approver: string;
      readonly keyId: string;
      readonly roles: readonly string[];
      readonly claims: DecisionClaims;
      /** Of the keys that were asked for with the token; absent in histories from before. */
      readonly earlier?: readonly KeyStanding[];
    }
  | { readonly kind: 'refused'; readonly because: string };

/**
 * Whether a message counts only with a signature. What stops a run never does: stopping must always be
 * possible. What lets it go on at a halt or after a pause does where the policy names who may.
 */
export function needsProof(
  { mode, haltPolicy }: Pick<Control, 'mode' | 'haltPolicy'>,
  name: MessageName,
): boolean {
  if (mode !== 'signed') return false;
  switch (name) {
    case 'approve':
    case 'reject':
    case 'withdraw':
      return true;
    case 'retry':
    case 'skip':
    case 'resume':
      return haltPolicy !== undefined;
    case 'pause':
    case 'abort':
    case 'rollback':
      return false;
  }
}

/** Why a message can have no effect now, whoever sent it, in words; `undefined` when it may. */
export function judgeMessage(control: Control, message: Message): string | undefined {
  return judgeState(control, message) ?? judgeToken(control, message);
}

/** What follows from a message whose sender only says who it is. */
export function ruleOnClaim(control: Control, message: Message): Ruling {
  const problem = judgeMessage(control, message);
  if (problem !== undefined) return refused(problem);
  const { by } = message.body;
  return effectOf(control, message, { kind: 'claimed', ...(by === undefined ? {} : { by }) });
}

/** What follows from a signed message once its token was looked at. Each token is handled once. */
export function ruleOnToken(control: Control, message: Message, verdict: TokenVerdict): Ruling {
  if (verdict.kind === 'refused') return refused(verdict.because);
  const { approver, keyId, roles, claims, earlier = [] } = verdict;
  const nonces = withNonce(control, claims, message.receivedAt);
  const signed = { ...message, body: signedBody(message.body, claims) };
  const problem = claimsProblem(control, message, claims) ?? judgeMessage(control, signed);
  if (problem !== undefined) return refused(`${approver}: ${problem}`, { nonces });
  const ruling = effectOf(control, signed, { kind: 'proven', by: approver, keyId, roles, earlier });
  return { ...ruling, changes: { ...ruling.changes, nonces } };
}

/** What was signed is what counts, and nothing that somebody put beside the token. */
function signedBody({ token }: MessageBody, claims: DecisionClaims): MessageBody {
  const { gate, planDigest, step, leave, reason } = claims;
  return {
    ...(token === undefined ? {} : { token }),
    ...(gate === undefined ? {} : { gate }),
    ...(planDigest === undefined ? {} : { planDigest }),
    ...(step === undefined ? {} : { step }),
    ...(leave === undefined ? {} : { leave }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function judgeState(control: Control, { name, body, receivedAt }: Message): string | undefined {
  switch (name) {
    case 'approve':
    case 'reject':
    case 'withdraw':
      return judgeGate(control, body, receivedAt);
    case 'rollback':
    case 'abort':
      return judgeStop(control, name, body);
    case 'pause':
      return judgePause(control);
    case 'resume':
      return judgeResume(control);
    case 'retry':
    case 'skip':
      return judgeHalt(control, name, body);
  }
}

function judgeToken(control: Control, { name, body }: Message): string | undefined {
  if (!needsProof(control, name) || body.token !== undefined) return undefined;
  return `expected a signed decision, {"token":"…"}: make one with \`meshlift sign ${control.workflowId} --${name}\``;
}

function effectOf(control: Control, { name, body, receivedAt }: Message, sender: Sender): Ruling {
  switch (name) {
    case 'approve':
    case 'reject':
    case 'withdraw':
      return decideGate(control, { decision: name, body, receivedAt }, sender);
    case 'rollback':
    case 'abort':
      return decideStop(name, body, sender);
    case 'pause':
      return decidePause(body, sender);
    case 'resume':
      return decideResume(control, body, sender);
    case 'retry':
    case 'skip':
      return decideHalt(control, { decision: name, body }, sender);
  }
}

function refused(because: string, changes: ControlChanges = {}): Ruling {
  return { kind: 'refused', because, changes };
}
