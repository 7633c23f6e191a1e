import { closeSync, fstatSync, openSync } from 'node:fs';
import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { readOpenText } from '../config/read-text.ts';
import { keyIdOf, requireEd25519, UnusableKey } from './ed25519-key.ts';
import type { Signer } from './sign-decision.ts';

const MAX_KEY_BYTES = 16_384;
const OTHERS = 0o077;
const FORMS = 'a JWK or a PKCS#8 PEM text (BEGIN PRIVATE KEY)';

/** The signer of a private key's file; `askPassphrase` is called when the file is protected by one. */
export async function readSigner(
  file: string,
  askPassphrase: () => Promise<string>,
): Promise<Signer> {
  const text = readSecretFile(file).trim();
  const privateKey = requireEd25519(await parsePrivateKey(file, text, askPassphrase));
  const publicKey = createPublicKey(privateKey);
  return { kind: 'key', keyId: await keyIdOf(publicKey), publicKey, privateKey };
}

/** Refuses a key that others can read: whoever read it can sign in its owner's name. */
function readSecretFile(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const mode = fstatSync(descriptor).mode & 0o777;
    // Windows has no such bits and tells the same for every file.
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
      const found = mode.toString(8).padStart(4, '0');
      throw new UnusableKey(
        `expected the private key ${file} to be its owner's alone (0600), found ${found}. Run: chmod 600 ${quoted(file)}. Make a new key if others may have read this one`,
      );
    }
    return readOpenText(descriptor, MAX_KEY_BYTES);
  } finally {
    closeSync(descriptor);
  }
}

async function parsePrivateKey(
  file: string,
  text: string,
  askPassphrase: () => Promise<string>,
): Promise<KeyObject> {
  if (text.startsWith('{')) {
    return parse(file, () =>
      createPrivateKey({ key: JSON.parse(text) as JsonWebKey, format: 'jwk' }),
    );
  }
  if (text.startsWith('-----BEGIN PRIVATE KEY-----')) {
    return parse(file, () => createPrivateKey(text));
  }
  if (text.startsWith('-----BEGIN ENCRYPTED PRIVATE KEY-----')) {
    return openWith(file, text, await askPassphrase());
  }
  if (text.startsWith('-----BEGIN OPENSSH PRIVATE KEY-----')) {
    throw new UnusableKey(
      `${file}: expected ${FORMS}, found a private key of OpenSSH. Run: ssh-add ${quoted(file)}, and sign with --agent`,
    );
  }
  throw notAKey(file);
}

function openWith(file: string, text: string, passphrase: string): KeyObject {
  try {
    return createPrivateKey({ key: text, passphrase });
  } catch (cause) {
    throw new UnusableKey(`${file}: this passphrase does not open the private key`, { cause });
  }
}

/** What the library says of a broken key may quote it, so it is kept as the cause and not shown. */
function parse(file: string, read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch {
    throw notAKey(file);
  }
}

function notAKey(file: string): UnusableKey {
  return new UnusableKey(
    `${file}: expected ${FORMS} of an Ed25519 private key, found something else. Make one with \`meshlift sign keygen\``,
  );
}

/** For a shell. */
export function quoted(file: string): string {
  return /^[\w./+-]+$/.test(file) ? file : `'${file.replaceAll("'", `'\\''`)}'`;
}
