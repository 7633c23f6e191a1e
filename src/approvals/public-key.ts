import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { keyOfJwk, keyOfRaw, requireEd25519, UnusableKey } from './ed25519-key.ts';
import { readSshString } from './ssh-wire.ts';

const FORMS = 'a JWK, a PEM text (BEGIN PUBLIC KEY) or a line of OpenSSH (ssh-ed25519 …)';

/** The Ed25519 public key that a text holds. Throws `UnusableKey`, with what was expected and found. */
export function readPublicKey(text: string): KeyObject {
  const found = text.trim();
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(found)) throw isPrivate();
  if (found.startsWith('{')) return readJwk(found);
  if (found.startsWith('ssh-')) return readSshLine(found);
  // A certificate would be taken as well, with a validity that nobody looks at.
  if (!/^-----BEGIN PUBLIC KEY-----\s[^]*-----END PUBLIC KEY-----$/.test(found)) {
    throw new UnusableKey(`expected ${FORMS}, found a text that is none of them`);
  }
  return requireEd25519(parse('PEM', () => createPublicKey(found)));
}

function readJwk(text: string): KeyObject {
  const jwk = parse<JsonWebKey>('JSON', () => JSON.parse(text) as JsonWebKey);
  if (jwk.d !== undefined) throw isPrivate();
  if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519') {
    const kind = [jwk.kty, jwk.crv].filter((each) => typeof each === 'string').join(' ');
    throw new UnusableKey(
      `expected one JWK of kty OKP and crv Ed25519, found ${kind === '' ? 'an object without them' : kind}`,
    );
  }
  return requireEd25519(parse('a JWK', () => keyOfJwk(jwk)));
}

/** `ssh-ed25519 AAAA… comment`: the words of RFC 8709, base64. */
function readSshLine(line: string): KeyObject {
  const [kind = '', blob = ''] = line.split(/\s+/);
  if (kind !== 'ssh-ed25519') {
    throw new UnusableKey(`expected a key of kind ssh-ed25519, found ${kind.slice(0, 60)}`);
  }
  return readSshKey(Buffer.from(blob, 'base64'));
}

/** A public key as SSH sends it: its kind, then its 32 bytes. */
export function readSshKey(blob: Buffer): KeyObject {
  const kind = readSshString(blob, 0);
  const raw = readSshString(blob, kind.end);
  if (kind.bytes.toString('latin1') !== 'ssh-ed25519' || raw.end !== blob.length) {
    throw new UnusableKey('expected a key of kind ssh-ed25519, found other bytes');
  }
  return keyOfRaw(raw.bytes);
}

function parse<T>(form: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new UnusableKey(`expected ${FORMS}, found ${form} that cannot be read`, { cause });
  }
}

function isPrivate(): UnusableKey {
  return new UnusableKey(
    'expected a public key, found a private one. Take it away from here, and use the public key that belongs to it',
  );
}
