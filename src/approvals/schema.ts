import * as z from 'zod';
import { GATE_DECISIONS, SIGNED_DECISIONS } from '../domain/approval/decision-claims.ts';

/** The media type of our tokens: a signature made for something else never counts as a decision. */
export const TOKEN_TYPE = 'meshlift-decision+jws';

/** With the other members a token then stays below the 4,000 characters of a message's member. */
export const MAX_REASON = 500;

/** A terminal or a page shows what is signed: nothing in it may move a cursor or hide. */
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]+$/u;
const WHAT_IS_PRINTABLE = 'expected one line of text without control characters';
const name = z.string().max(253).regex(PRINTABLE, WHAT_IS_PRINTABLE);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hex digits');
/** UTC with milliseconds, in the one form that JavaScript writes. */
const time = z
  .string()
  .refine(isExactTime, 'expected a time in UTC such as 2026-12-01T22:00:00.000Z');
/** What is signed. */
export const decisionClaims = z
  .strictObject({
    clusterUid: name,
    workflowId: name,
    firstRunId: name,
    gate: name.exactOptional(),
    planDigest: digest.exactOptional(),
    evidenceDigest: digest.exactOptional(),
    decision: z.enum(SIGNED_DECISIONS),
    nonce: z
      .string()
      .regex(/^[A-Za-z0-9_-]{22,86}$/, 'expected 128 random bits or more, base64url'),
    issuedAt: time,
    expiresAt: time,
    step: name.exactOptional(),
    leave: z.literal(true).exactOptional(),
    reason: z.string().max(MAX_REASON).regex(PRINTABLE, WHAT_IS_PRINTABLE).exactOptional(),
  })
  .superRefine((claims, context) => {
    const wrong = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (claims.expiresAt <= claims.issuedAt) wrong('expiresAt', 'expected a time after issuedAt');
    const isAboutGate = GATE_DECISIONS.some((each) => each === claims.decision);
    for (const member of ['gate', 'planDigest', 'evidenceDigest'] as const) {
      if (isAboutGate && claims[member] === undefined) {
        wrong(member, `expected a text, since ${claims.decision} is about an open gate`);
      }
    }
    const isAboutStep = claims.decision === 'retry' || claims.decision === 'skip';
    if (claims.step !== undefined && !isAboutStep) {
      wrong('step', `expected none with ${claims.decision}`);
    }
    if (claims.leave !== undefined && claims.decision !== 'abort') {
      wrong('leave', `expected none with ${claims.decision}`);
    }
  });

/** The protected header: these members and no other, so no extension (`crit`) and no key of its own. */
export const tokenHeader = z.strictObject({
  alg: z.literal('EdDSA'),
  kid: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'expected the thumbprint of a key (RFC 7638)'),
  typ: z.literal(TOKEN_TYPE),
});
export type TokenHeader = z.infer<typeof tokenHeader>;

function isExactTime(text: string): boolean {
  const time = new Date(text);
  return /^\d{4}-/.test(text) && !Number.isNaN(time.getTime()) && time.toISOString() === text;
}
