import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { keyIdOf, UnusableKey } from './ed25519-key.ts';

export interface GeneratedKey {
  readonly keyId: string;
  readonly privateFile: string;
  readonly publicFile: string;
}

/**
 * Writes a new Ed25519 pair: `file` for its owner alone, `file.pub` for the configuration. Overwrites
 * nothing, since a key that is gone cannot be had again.
 */
export async function generateKey(
  file: string,
  passphrase: string | undefined,
): Promise<GeneratedKey> {
  const publicFile = `${file}.pub`;
  const taken = [file, publicFile].find((each) => existsSync(each));
  if (taken !== undefined) {
    throw new UnusableKey(
      `expected no file ${taken}, found one, and a key is never overwritten. Name another with --out, or move it away`,
    );
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = createPublicKey(privateKey);
  const pem = { type: 'pkcs8', format: 'pem' } as const;
  const secret =
    passphrase === undefined
      ? privateKey.export(pem)
      : privateKey.export({ ...pem, cipher: 'aes-256-cbc', passphrase });
  // `wx`: a file that came in the meantime is not overwritten either.
  writeFileSync(file, secret, { flag: 'wx', mode: 0o600 });
  writeFileSync(publicFile, publicKey.export({ type: 'spki', format: 'pem' }), {
    flag: 'wx',
    mode: 0o644,
  });
  return { keyId: await keyIdOf(publicKey), privateFile: file, publicFile };
}
