import { FlattenedSign } from 'jose';
import type { KeyObject } from 'node:crypto';
import type { DecisionClaims } from '../domain/approval/decision-claims.ts';
import { UnusableKey } from './ed25519-key.ts';
import { joinToken, partsToSign } from './token.ts';
import { verifyDecision } from './verify-decision.ts';

/** What signs: a private key in our hands, or somebody who has it and signs bytes. */
export type Signer =
  | {
      readonly kind: 'key';
      readonly keyId: string;
      readonly publicKey: KeyObject;
      readonly privateKey: KeyObject;
    }
  | {
      readonly kind: 'agent';
      readonly keyId: string;
      readonly publicKey: KeyObject;
      /** 64 bytes of Ed25519 over these bytes. */
      sign(bytes: Buffer): Promise<Buffer>;
    };

/**
 * The token of a decision: claims and a detached JWS over their canonical JSON. Verified before it is
 * given out, since an agent may answer anything. Throws for claims that are no decision's.
 */
export async function signDecision(claims: DecisionClaims, signer: Signer): Promise<string> {
  const parts = partsToSign(claims, signer.keyId);
  const signature = await signParts(parts, signer);
  const token = joinToken({ ...parts, signature });
  const { keyId, publicKey } = signer;
  const own = { keys: [{ approver: 'the signer', keyId, publicKey }], problems: [] };
  const verified = await verifyDecision(token, own);
  if (verified.kind === 'refused') throw new UnusableKey(verified.because);
  return token;
}

async function signParts(
  { payload, header, protectedHeader }: ReturnType<typeof partsToSign>,
  signer: Signer,
): Promise<string> {
  switch (signer.kind) {
    case 'key': {
      const signed = await new FlattenedSign(Buffer.from(payload, 'base64url'))
        .setProtectedHeader({ ...header })
        .sign(signer.privateKey);
      return signed.signature;
    }
    case 'agent': {
      const bytes = Buffer.from(`${protectedHeader}.${payload}`, 'ascii');
      return (await signer.sign(bytes)).toString('base64url');
    }
  }
}
