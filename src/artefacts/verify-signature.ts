import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { ArtefactError, type ArtefactSubject } from './artefact-error.ts';
import type { SignatureProof } from './source.ts';

/** Kinds of keys that signatures may be made with. */
const KEY_KINDS = 'an ECDSA key on P-256 or an Ed25519 key';

/** The key that a PEM text holds. Throws with what was expected and found. */
export function readPublicKey(pem: string): KeyObject {
  // A private key would be taken as well, and has no business in a configuration.
  if (!/^-----BEGIN PUBLIC KEY-----\s/.test(pem.trim())) {
    throw new TypeError('expected a PEM text that begins with -----BEGIN PUBLIC KEY-----');
  }
  const key = parseKey(pem);
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const kind = [key.asymmetricKeyType, ...(curve === undefined ? [] : [curve])].join(' ');
  if (kind === 'ed25519' || kind === 'ec prime256v1') return key;
  throw new TypeError(`expected ${KEY_KINDS}, found ${kind}`);
}

function parseKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw new TypeError(`expected ${KEY_KINDS} as PEM, found a text that is none`, { cause });
  }
}

/** First half of the sha256 of the key's DER form, to tell keys apart in messages. */
export function fingerprintOf(pem: string): string {
  const der = readPublicKey(pem).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 32);
}

export interface SignedContent {
  readonly content: Buffer;
  readonly signature: Buffer;
  /** Whether the content is known by its digest to be what was signed. */
  readonly isUntouched: boolean;
}

/** Throws `ArtefactError` unless one of the keys made the signature over this very content. */
export function verifySignature(
  { publicKeys }: SignatureProof,
  { content, signature, isUntouched }: SignedContent,
  subject: ArtefactSubject,
): void {
  const bytes = decodeSignature(signature);
  if (publicKeys.some((pem) => isSignedBy(readPublicKey(pem), content, bytes))) return;
  const keys = publicKeys.map(fingerprintOf).join(' or ');
  throw new ArtefactError(subject, {
    reason: isUntouched ? 'wrong-key' : 'signature-mismatch',
    expected: `a signature by the key ${keys} (sha256 of the public key)`,
    found: isUntouched
      ? 'the configured content with a signature by another key'
      : 'a signature that does not hold: the file was changed, or another key signed it',
    remedy: isUntouched
      ? 'Ask who publishes it which key is theirs; do not use it before'
      : 'Fetch it again from who publishes it, and ask which key is theirs; do not use it before',
  });
}

function isSignedBy(key: KeyObject, content: Buffer, signature: Buffer): boolean {
  const algorithm = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  return verify(algorithm, content, key, signature);
}

/** OpenSSL writes the bytes; cosign writes them as base64, and `base64` and `openssl enc` in lines. */
function decodeSignature(signature: Buffer): Buffer {
  const text = signature
    .toString('latin1')
    .replace(/[\r\n]+/g, '')
    .trim();
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : signature;
}
