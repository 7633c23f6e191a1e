import canonicalize from 'canonicalize';
import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { keyIdOf } from '../../src/approvals/ed25519-key.ts';
import type { Signer } from '../../src/approvals/sign-decision.ts';
import { TOKEN_TYPE } from '../../src/approvals/schema.ts';
import type { DecisionClaims } from '../../src/domain/approval/decision-claims.ts';

export const CLAIMS: DecisionClaims = {
  clusterUid: '6f1c0b9e-6f0e-4a44-9a39-0c8c9f6a3f11',
  workflowId: 'mesh/prod-eu',
  firstRunId: '0198c0de-1111-7000-8000-000000000001',
  gate: 'complete',
  planDigest: `sha256:${'a'.repeat(64)}`,
  evidenceDigest: `sha256:${'b'.repeat(64)}`,
  decision: 'approve',
  nonce: 'AAECAwQFBgcICQoLDA0ODw',
  issuedAt: '2026-12-01T22:00:00.000Z',
  expiresAt: '2026-12-01T23:00:00.000Z',
};

/** A signer with a new key. */
export async function newSigner(): Promise<Extract<Signer, { kind: 'key' }>> {
  const { privateKey } = generateKeyPairSync('ed25519');
  return signerOf(privateKey);
}

export async function signerOf(privateKey: KeyObject): Promise<Extract<Signer, { kind: 'key' }>> {
  const publicKey = createPublicKey(privateKey);
  return { kind: 'key', keyId: await keyIdOf(publicKey), publicKey, privateKey };
}

export function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** What a forger can change; what stays away is as it should be. */
export interface Forgery {
  /** The text of the header and of the claims, before base64url. */
  readonly header?: string;
  readonly claims?: string;
  /** The signature over the two parts. */
  readonly sign?: (input: Buffer) => Buffer;
}

export function headerOf(keyId: string, changes: object = {}): string {
  return canonicalize({ alg: 'EdDSA', kid: keyId, typ: TOKEN_TYPE, ...changes }) ?? '';
}

export function claimsOf(changes: object = {}): string {
  return canonicalize({ ...CLAIMS, ...changes }) ?? '';
}

/** A token made without any code of ours: properly signed, whatever it says. */
export function forge(
  { keyId, privateKey }: Extract<Signer, { kind: 'key' }>,
  { header = headerOf(keyId), claims = claimsOf(), sign: signInput }: Forgery = {},
): string {
  const [payload, head] = [encode(claims), encode(header)];
  const input = Buffer.from(`${head}.${payload}`);
  const signature = signInput?.(input) ?? sign(null, input, privateKey);
  return `${payload}.${head}..${signature.toString('base64url')}`;
}
