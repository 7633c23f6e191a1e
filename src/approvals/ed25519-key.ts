import { calculateJwkThumbprint } from 'jose';
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

const RAW_KEY_BYTES = 32;

/** Thrown when a key is not one that decisions are signed with; says what was expected and found. */
export class UnusableKey extends Error {
  override readonly name = 'UnusableKey';
}

/** Tells keys apart: the thumbprint of the public key (RFC 7638), the `kid` of our tokens. */
export function keyIdOf(key: KeyObject): Promise<string> {
  const { kty, crv, x } = publicJwkOf(key);
  return calculateJwkThumbprint({ kty, crv, x });
}

export interface Ed25519Jwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
}

/** The public part, whichever part of the key was given. */
export function publicJwkOf(key: KeyObject): Ed25519Jwk {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const { x = '' } = requireEd25519(publicKey).export({ format: 'jwk' });
  return { kty: 'OKP', crv: 'Ed25519', x };
}

export function requireEd25519(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new UnusableKey(`expected an Ed25519 key, found ${key.asymmetricKeyType ?? key.type}`);
}

/** A public key of 32 bytes as they are, as SSH has it. */
export function keyOfRaw(raw: Buffer): KeyObject {
  if (raw.length !== RAW_KEY_BYTES) {
    throw new UnusableKey(
      `expected ${RAW_KEY_BYTES} bytes of an Ed25519 key, found ${raw.length} bytes`,
    );
  }
  return keyOfJwk({ kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') });
}

export function keyOfJwk(jwk: JsonWebKey): KeyObject {
  return createPublicKey({ key: jwk, format: 'jwk' });
}
