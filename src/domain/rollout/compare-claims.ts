import type { DecisionClaims } from '../approval/decision-claims.ts';
import type { MessageBody, MessageName } from '../messages.ts';
import type { Control, UsedNonce } from './control.ts';

/** Clocks of people's machines may be that far ahead. */
const MOST_SKEW_MS = 10 * 60 * 1000;

/** Why what was signed is not this decision of this run now, in words; `undefined` when it is. */
export function claimsProblem(
  control: Control,
  {
    name,
    body,
    receivedAt,
  }: { readonly name: MessageName; readonly body: MessageBody; readonly receivedAt: number },
  claims: DecisionClaims,
): string | undefined {
  if (control.nonces.some(({ nonce }) => nonce === claims.nonce)) {
    return 'this token was used already; each counts once. Sign anew';
  }
  return (
    otherRun(control, claims) ??
    differs('decision', name, claims.decision) ??
    outOfTime(claims, receivedAt) ??
    otherStep(body, claims) ??
    otherGate(control, name, claims)
  );
}

function otherRun(control: Control, claims: DecisionClaims): string | undefined {
  return (
    differs('cluster uid', control.clusterUid, claims.clusterUid) ??
    differs('workflow id', control.workflowId, claims.workflowId) ??
    differs('run id', control.firstRunId, claims.firstRunId)
  );
}

function outOfTime({ issuedAt, expiresAt }: DecisionClaims, at: number): string | undefined {
  // A time that cannot be read is none.
  if (!(Date.parse(expiresAt) > at)) return `the token expired at ${expiresAt}. Sign anew`;
  if (!(Date.parse(issuedAt) <= at + MOST_SKEW_MS)) {
    return `the token was signed at ${issuedAt}, which is in the future. Set the clock of that machine and sign anew`;
  }
  return undefined;
}

function otherStep({ step }: MessageBody, claims: DecisionClaims): string | undefined {
  return step === undefined ? undefined : differs('step', step, claims.step);
}

/** A decision about a gate binds the gate, its plan and its evidence; others do where they name them. */
function otherGate(
  { gate, planDigest }: Control,
  name: MessageName,
  claims: DecisionClaims,
): string | undefined {
  if (name !== 'approve' && name !== 'reject' && name !== 'withdraw') {
    return claims.planDigest === undefined
      ? undefined
      : differs('plan digest', planDigest, claims.planDigest);
  }
  if (gate.kind !== 'open') return undefined;
  return (
    differs('gate', gate.name, claims.gate) ??
    differs('plan digest', planDigest, claims.planDigest) ??
    differs('evidence digest', gate.evidenceDigest, claims.evidenceDigest)
  );
}

function differs(
  what: string,
  expected: string | undefined,
  found: string | undefined,
): string | undefined {
  if (expected !== undefined && expected === found) return undefined;
  return `expected the ${what} ${expected ?? '(none)'}, the token was signed for ${found ?? '(none)'}. Look at what is open now and sign anew`;
}

/** With the token of these claims used; what has expired by itself need not be remembered. */
export function withNonce(
  { nonces }: Control,
  { nonce, expiresAt }: DecisionClaims,
  now: number,
): readonly UsedNonce[] {
  const live = nonces.filter((each) => Date.parse(each.expiresAt) > now);
  return live.some((each) => each.nonce === nonce) ? live : [...live, { nonce, expiresAt }];
}
