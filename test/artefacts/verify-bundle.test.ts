import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BundleProof } from '../../src/artefacts/source.ts';
import { verifyBundle } from '../../src/artefacts/verify-bundle.ts';
import { createSigningKey } from '../support/artefact-server.ts';
import { createSigstore, type SignedBundle, type Sigstore } from '../support/sigstore.ts';

const SUBJECT = { version: '1.26.1', where: 'here' };
const CONTENT = Buffer.from('a tarball');
const IDENTITY = { issuer: 'https://accounts.example', subject: 'release@example.com' };
const key = createSigningKey();

let folder: string;
let sigstore: Sigstore;
let trustedRoot: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'meshlift-test-'));
  sigstore = await createSigstore();
  trustedRoot = path.join(folder, 'trusted_root.json');
  await writeFile(trustedRoot, sigstore.trustedRoot);
});

afterAll(() => rm(folder, { recursive: true }));

type Signer = BundleProof['signer'];

async function verify(bundle: unknown, signer: Signer, content = CONTENT): Promise<void> {
  const proof = { suffix: '.sigstore.json', trustedRoot, signer };
  return verifyBundle(proof, { content, bundle: Buffer.from(JSON.stringify(bundle)) }, SUBJECT);
}

const byKey = (publicKey = key.publicKey): Signer => ({ kind: 'keys', publicKeys: [publicKey] });
const byIdentity = (more: Partial<typeof IDENTITY> = {}): Signer => ({
  kind: 'identity',
  ...IDENTITY,
  ...more,
});

function refused(found: string): object {
  return { reason: 'bundle-mismatch', found: expect.stringContaining(found) };
}

describe('a Sigstore bundle signed with a key', () => {
  it('holds with its key and the trusted root, without any network', async () => {
    await expect(verify(sigstore.signWithKey(CONTENT, key), byKey())).resolves.toBeUndefined();
  });

  it('holds with one of several keys', async () => {
    const publicKeys = [createSigningKey('ed25519').publicKey, key.publicKey];

    const holds = verify(sigstore.signWithKey(CONTENT, key), { kind: 'keys', publicKeys });

    await expect(holds).resolves.toBeUndefined();
  });

  it('does not hold for another file', async () => {
    const bundle = sigstore.signWithKey(CONTENT, key);
    await expect(verify(bundle, byKey())).resolves.toBeUndefined();

    const other = verify(bundle, byKey(), Buffer.from('another'));

    await expect(other).rejects.toMatchObject(refused('one over a file with sha256'));
  });

  it('does not hold with another key', async () => {
    const bundle = sigstore.signWithKey(CONTENT, createSigningKey());

    await expect(verify(bundle, byKey())).rejects.toMatchObject(refused('one that does not hold'));
  });

  it('does not hold with a log that the trusted root has not', async () => {
    const elsewhere = await createSigstore();

    const bundle = elsewhere.signWithKey(CONTENT, key);

    await expect(verify(bundle, byKey())).rejects.toMatchObject(
      refused('inclusion promise could not be verified'),
    );
  });

  it('does not hold without an entry in a log', async () => {
    const bundle = sigstore.signWithKey(CONTENT, key);
    bundle.verificationMaterial.tlogEntries = [];

    await expect(verify(bundle, byKey())).rejects.toMatchObject(refused('expected 1 tlog entries'));
  });

  it('does not hold with the entry of another signature', async () => {
    const bundle = sigstore.signWithKey(CONTENT, key);
    const other = sigstore.signWithKey(Buffer.from('another'), key);
    const { tlogEntries } = other.verificationMaterial;
    const mixed = {
      ...bundle,
      verificationMaterial: { ...bundle.verificationMaterial, tlogEntries },
    };

    await expect(verify(mixed, byKey())).rejects.toMatchObject(refused('signature mismatch'));
  });

  it('is not taken where an identity is wanted', async () => {
    const bundle = sigstore.signWithKey(CONTENT, key);

    await expect(verify(bundle, byIdentity())).rejects.toMatchObject(refused('a bare key'));
  });
});

describe('a Sigstore bundle signed with a certificate', () => {
  let bundle: SignedBundle;

  beforeAll(async () => {
    bundle = await sigstore.signWithIdentity(CONTENT, IDENTITY);
  });

  it('holds with its issuer and subject', async () => {
    await expect(verify(bundle, byIdentity())).resolves.toBeUndefined();
  });

  it.each([
    ['subject', 'someone@example.com'],
    ['subject', 'example.com'],
    ['subject', 'release.example.com'],
    ['subject', '.*'],
    ['issuer', 'https://other.example'],
  ])('does not hold with %s %s: it is compared as a whole', async (field, value) => {
    const other = verify(bundle, byIdentity({ [field]: value }));

    await expect(other).rejects.toMatchObject(
      refused('one by release@example.com (issuer https://accounts.example)'),
    );
  });

  it('does not hold with an authority that the trusted root has not', async () => {
    const elsewhere = await (await createSigstore()).signWithIdentity(CONTENT, IDENTITY);

    await expect(verify(elsewhere, byIdentity())).rejects.toMatchObject(
      refused('Failed to verify certificate chain'),
    );
  });

  it('does not hold for another file', async () => {
    const other = verify(bundle, byIdentity(), Buffer.from('another'));

    await expect(other).rejects.toMatchObject(refused('one over a file with sha256'));
  });

  it('is not taken where a key is wanted', async () => {
    await expect(verify(bundle, byKey())).rejects.toMatchObject(refused('a certificate'));
  });
});

describe('what is no bundle of a file', () => {
  it('an attestation is refused: it would be about whatever it says itself', async () => {
    const rest: Partial<SignedBundle> = sigstore.signWithKey(CONTENT, key);
    delete rest.messageSignature;
    const payload = Buffer.from('{}').toString('base64');
    const signatures = [{ sig: key.sign(Buffer.from('x')).toString('base64') }];
    const dsseEnvelope = { payload, payloadType: 'application/vnd.in-toto+json', signatures };

    await expect(verify({ ...rest, dsseEnvelope }, byKey())).rejects.toMatchObject(
      refused('an attestation'),
    );
  });

  it.each([['text'], [{}], [null]])('%j is refused', async (bundle) => {
    await expect(verify(bundle, byKey())).rejects.toMatchObject({ reason: 'bundle-mismatch' });
  });

  it('a trusted root that is not there is said with its path', async () => {
    const proof = { suffix: '', trustedRoot: path.join(folder, 'nothing'), signer: byKey() };
    const bundle = Buffer.from(JSON.stringify(sigstore.signWithKey(CONTENT, key)));

    await expect(verifyBundle(proof, { content: CONTENT, bundle }, SUBJECT)).rejects.toMatchObject({
      reason: 'trusted-root',
      expected: expect.stringContaining(proof.trustedRoot),
    });
  });
});
