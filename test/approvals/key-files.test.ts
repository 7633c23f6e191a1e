import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type ECKeyPairKeyObjectOptions, type KeyObject } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadApproverKeys } from '../../src/approvals/approver-keys.ts';
import { keyIdOf, publicJwkOf } from '../../src/approvals/ed25519-key.ts';
import { generateKey } from '../../src/approvals/generate-key.ts';
import { readSigner } from '../../src/approvals/private-key.ts';
import { signDecision } from '../../src/approvals/sign-decision.ts';
import { verifyDecision } from '../../src/approvals/verify-decision.ts';
import { CLAIMS } from './tokens.ts';

let folder: string;
let keyId: string;
const pair = generateKeyPairSync('ed25519');
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' } as ECKeyPairKeyObjectOptions);
const PKCS8 = { type: 'pkcs8', format: 'pem' } as const;
const SPKI = { type: 'spki', format: 'pem' } as const;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'meshlift-keys-'));
  keyId = await keyIdOf(pair.publicKey);
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Buffer, mode = 0o600): string {
  const file = path.join(folder, name);
  rmSync(file, { force: true });
  writeFileSync(file, content);
  // Not by `writeFileSync`, from whose mode the process's mask is taken.
  chmodSync(file, mode);
  return file;
}

function jwk(key: KeyObject, changes: object = {}): string {
  return JSON.stringify({ ...key.export({ format: 'jwk' }), ...changes });
}

function sshLine(key: KeyObject): string {
  const raw = Buffer.from(publicJwkOf(key).x, 'base64url');
  const kind = Buffer.from('ssh-ed25519');
  const lengthOf = (bytes: Buffer): Buffer => Buffer.from([0, 0, 0, bytes.length]);
  const blob = Buffer.concat([lengthOf(kind), kind, lengthOf(raw), raw]).toString('base64');
  return `ssh-ed25519 ${blob} ana@laptop\n`;
}

const neverAsked = (): Promise<string> => Promise.reject(new Error('no passphrase is needed'));

describe('the key of an approver', () => {
  it.each<[string, () => string | Buffer]>([
    ['a JWK', () => jwk(pair.publicKey)],
    ['a JWK with more about itself', () => jwk(pair.publicKey, { use: 'sig', kid: 'any' })],
    ['PEM', () => pair.publicKey.export(SPKI)],
    ['a line of OpenSSH', () => sshLine(pair.publicKey)],
  ])('is read as %s', async (_what, text) => {
    const file = write('ana.key', text(), 0o644);

    const { keys, problems } = await loadApproverKeys({ ana: { keys: [file] } });

    expect(problems).toEqual([]);
    expect(keys).toMatchObject([{ approver: 'ana', keyId }]);
  });

  it.each<[string, () => string | Buffer, string]>([
    ['a private JWK', () => jwk(pair.privateKey), 'expected a public key, found a private one'],
    ['private PEM', () => pair.privateKey.export(PKCS8), 'found a private one'],
    ['another curve as a JWK', () => jwk(p256.publicKey), 'found EC P-256'],
    ['another curve as PEM', () => p256.publicKey.export(SPKI), 'an Ed25519 key, found ec'],
    ['RSA of OpenSSH', () => 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB x', 'found ssh-rsa'],
    ['a cut line', () => sshLine(pair.publicKey).slice(0, 40), 'fewer than they announce'],
    ['a JWK without its number', () => jwk(pair.publicKey, { x: 'AA' }), 'cannot be read'],
    ['a list of keys', () => '{"keys":[]}', 'found an object without them'],
    ['broken JSON', () => '{"kty":"OKP"', 'found JSON that cannot be read'],
    ['other text', () => 'hello', 'found a text that is none of them'],
    ['nothing', () => '', 'found a text that is none of them'],
    ['bytes', () => Buffer.from([0xff, 0xfe, 0x00]), 'expected text, found a null byte'],
    ['a megabyte', () => 'A'.repeat(1_000_000), 'expected at most 16384 bytes'],
  ])('is not %s, and the others still count', async (_what, text, because) => {
    const bad = write('bad.key', text(), 0o644);
    const ok = write('ok.key', jwk(pair.publicKey), 0o644);

    const { keys, problems } = await loadApproverKeys({ ana: { keys: [ok, bad] } });

    expect(keys).toMatchObject([{ approver: 'ana', keyId }]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`the key ${bad} of approver ana is not used: `);
    expect(problems[0]).toContain(because);
  });

  it('is missed by name when its file is gone', async () => {
    const file = path.join(folder, 'gone.jwk');

    const { keys, problems } = await loadApproverKeys({ ana: { keys: [file] } });

    expect(keys).toEqual([]);
    expect(problems[0]).toContain('ENOENT');
  });

  it('is one person’s: a key that two have counts for neither', async () => {
    const [one, two] = [
      write('one.jwk', jwk(pair.publicKey), 0o644),
      write('two.pem', pair.publicKey.export(SPKI), 0o644),
    ];
    const same = await loadApproverKeys({ ana: { keys: [one, two] } });
    expect(same).toMatchObject({ keys: [{ approver: 'ana' }, { approver: 'ana' }], problems: [] });

    const { keys, problems } = await loadApproverKeys({
      ana: { keys: [one] },
      bo: { keys: [two] },
    });

    expect(keys).toEqual([]);
    expect(problems).toEqual([
      `the key ${keyId} is not used: expected one approver to have it, found ana and bo. Give each their own`,
    ]);
  });
});

describe('a private key', () => {
  it.each<[string, () => string | Buffer]>([
    ['PKCS#8', () => pair.privateKey.export(PKCS8)],
    ['a JWK', () => jwk(pair.privateKey)],
  ])('signs out of %s', async (_what, text) => {
    const signer = await readSigner(write('my.key', text()), neverAsked);

    expect(signer).toMatchObject({ kind: 'key', keyId });
  });

  it.each([
    [0o640, '0640'],
    [0o604, '0604'],
    [0o660, '0660'],
    [0o644, '0644'],
    [0o601, '0601'],
  ])('that others may use (%o) is refused, with what to run', async (mode, found) => {
    const file = write('open.key', pair.privateKey.export(PKCS8));
    await readSigner(file, neverAsked);
    chmodSync(file, mode);

    await expect(readSigner(file, neverAsked)).rejects.toThrow(
      `expected the private key ${file} to be its owner's alone (0600), found ${found}. Run: chmod 600 ${file}.`,
    );
  });

  it('with a passphrase is opened by it alone', async () => {
    const passphrase = 'correct horse';
    const file = write(
      'locked.key',
      pair.privateKey.export({ ...PKCS8, cipher: 'aes-256-cbc', passphrase }),
    );

    expect(await readSigner(file, async () => passphrase)).toMatchObject({ keyId });
    await expect(readSigner(file, async () => 'wrong')).rejects.toThrow(
      `${file}: this passphrase does not open the private key`,
    );
    await expect(readSigner(file, async () => '')).rejects.toThrow('does not open');
  });

  it.each<[string, () => string | Buffer, string]>([
    ['a public key', () => pair.publicKey.export(SPKI), 'found something else'],
    ['a public JWK', () => jwk(pair.publicKey), 'found something else'],
    ['another curve', () => p256.privateKey.export(PKCS8), 'expected an Ed25519 key, found ec'],
    ['OpenSSH’s own form', () => '-----BEGIN OPENSSH PRIVATE KEY-----\nx', 'Run: ssh-add '],
    ['other text', () => 'hello', 'Make one with `meshlift sign keygen`'],
  ])('is not %s', async (_what, text, because) => {
    const file = write('no.key', text());

    await expect(readSigner(file, neverAsked)).rejects.toThrow(because);
  });

  it('is never quoted in what is said of a broken one', async () => {
    const secret = pair.privateKey.export({ format: 'jwk' }).d ?? '';
    const file = write('broken.key', `${jwk(pair.privateKey)} trailing`);

    const error: unknown = await readSigner(file, neverAsked).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(Error);
    expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain(secret);
  });
});

describe('a generated key', () => {
  it('is its owner’s alone, and what it signs is verified with its public half', async () => {
    const file = path.join(folder, 'ana');

    const made = await generateKey(file, undefined);
    const token = await signDecision(CLAIMS, await readSigner(file, neverAsked));
    const known = await loadApproverKeys({ ana: { keys: [made.publicFile] } });

    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await verifyDecision(token, known)).toMatchObject({
      kind: 'verified',
      approver: 'ana',
      keyId: made.keyId,
    });
  });

  it('has a passphrase where one was given', async () => {
    const file = path.join(folder, 'locked');
    const { keyId: id } = await generateKey(file, 'horse');

    expect(readFileSync(file, 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    expect(await readSigner(file, async () => 'horse')).toMatchObject({ keyId: id });
  });

  it.each(['kept', 'kept.pub'])('overwrites nothing, not even %s alone', async (taken) => {
    const file = path.join(folder, 'kept');
    for (const each of [file, `${file}.pub`]) rmSync(each, { force: true });
    write(taken, 'precious');

    await expect(generateKey(file, undefined)).rejects.toThrow('a key is never overwritten');

    expect(readFileSync(path.join(folder, taken), 'utf8')).toBe('precious');
    const other = taken === 'kept' ? 'kept.pub' : 'kept';
    expect(() => statSync(path.join(folder, other))).toThrow('ENOENT');
  });

  it('is one that OpenSSL reads', async () => {
    const file = path.join(folder, 'for-openssl');
    await generateKey(file, undefined);

    const told = execFileSync('openssl', ['pkey', '-in', file, '-noout', '-text'], {
      encoding: 'utf8',
    });

    expect(told.toUpperCase()).toContain('ED25519');
  });
});
