import { errors, flattenedVerify } from 'jose';
import type { DecisionClaims } from '../domain/approval/decision-claims.ts';
import type { ApproverKeys } from './approver-keys.ts';
import { readToken, type Token } from './token.ts';

/** Who signed what; or, in words, why a token proves nothing. */
export type VerifiedDecision =
  | {
      readonly kind: 'verified';
      readonly approver: string;
      readonly keyId: string;
      readonly claims: DecisionClaims;
    }
  | { readonly kind: 'refused'; readonly because: string };

/**
 * Verifies a token with the keys of the approvers. Whether its claims are about the gate that is open,
 * still in time and not used before, is for the caller to compare: here is only who said them.
 * Never throws for what a token may be.
 */
export async function verifyDecision(
  text: unknown,
  approverKeys: ApproverKeys,
): Promise<VerifiedDecision> {
  const read = readToken(text);
  if (read.kind === 'unreadable') return refused(read.because);
  const { token } = read;
  const { kid } = token.header;
  const [key, ...others] = approverKeys.keys.filter(({ keyId }) => keyId === kid);
  if (key === undefined || others.some(({ approver }) => approver !== key.approver)) {
    return refused(describeUnknownKey(kid, approverKeys));
  }
  if (!(await isSignedBy(token, key))) {
    return refused(
      `the signature does not hold: expected one by the key ${kid} of ${key.approver} over these claims. The token was changed, or another key signed it`,
    );
  }
  return { kind: 'verified', approver: key.approver, keyId: kid, claims: token.claims };
}

/** Over the claims as they were canonicalised here, not over the bytes that came. */
async function isSignedBy(
  { payload, protectedHeader, signature }: Token,
  { publicKey }: ApproverKeys['keys'][number],
): Promise<boolean> {
  try {
    await flattenedVerify({ payload, protected: protectedHeader, signature }, publicKey, {
      algorithms: ['EdDSA'],
    });
    return true;
  } catch (error) {
    // Whatever else jose has to say of a token is no signature either; a fault of ours is none of its errors.
    if (error instanceof errors.JOSEError) return false;
    throw error;
  }
}

function describeUnknownKey(kid: string, { keys, problems }: ApproverKeys): string {
  const names = [...new Set(keys.map(({ approver }) => approver))].toSorted();
  const known = names.length === 0 ? 'no approver has a key that can be used' : names.join(', ');
  const unread = problems.length === 0 ? '' : `. ${problems.join('. ')}`;
  return `the key ${kid} belongs to no approver; expected a key of: ${known}${unread}`;
}

function refused(because: string): VerifiedDecision {
  return { kind: 'refused', because };
}
