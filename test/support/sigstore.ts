import 'reflect-metadata';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';
import canonicalize from 'canonicalize';
import {
  createHash,
  generateKeyPairSync,
  KeyObject,
  sign,
  webcrypto,
  type KeyPairKeyObjectResult,
} from 'node:crypto';
import { derText, promiseOf, tbsOf } from './certificate-promise.ts';
import type { SigningKey } from './artefact-server.ts';

/** A Sigstore of our own: a certificate authority, a log of certificates, a log of signatures. */
export interface Sigstore {
  /** `trusted_root.json`. */
  readonly trustedRoot: string;
  /** A bundle over content that a bare key signed. */
  signWithKey(content: Buffer, key: SigningKey): SignedBundle;
  /** A bundle over content that somebody signed with a certificate that lasts for ten minutes. */
  signWithIdentity(content: Buffer, identity: SignerIdentity): Promise<SignedBundle>;
}

export interface SignerIdentity {
  readonly issuer: string;
  /** An address of a person, or of a workflow. */
  readonly subject: string;
}

/** What tests read or change of a bundle; the rest is as the format has it. */
export interface SignedBundle {
  mediaType: string;
  messageSignature: { messageDigest: { algorithm: string; digest: string }; signature: string };
  verificationMaterial: {
    publicKey?: { hint: string };
    certificate?: { rawBytes: string };
    tlogEntries: unknown[];
  };
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const ISSUER_OID = '1.3.6.1.4.1.57264.1.8';
const SCT_OID = '1.3.6.1.4.1.11129.2.4.2';
const LOG_HOST = 'rekor.example';
/** The log's clock: within the time of the certificates. */
const SIGNED_AT = new Date('2026-06-01T12:00:00Z');

interface Log {
  readonly keys: KeyPairKeyObjectResult;
  /** sha256 of the public key. */
  readonly id: Buffer;
}

interface Authority {
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

export async function createSigstore(): Promise<Sigstore> {
  cryptoProvider.set(webcrypto);
  const [rekor, ctLog] = [createLog(), createLog()];
  const authority = await createAuthority();
  return {
    trustedRoot: JSON.stringify(trustedRootOf({ rekor, ctLog, authority })),
    signWithKey: (content, key) => {
      const signature = key.sign(content);
      const hint = { publicKey: { hint: 'some key' } };
      return bundleOf(rekor, { content, signature, publicKey: key.publicKey, signer: hint });
    },
    signWithIdentity: async (content, identity) => {
      const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
      const certificate = await issue({ authority, ctLog, keys, identity });
      const signature = sign('sha256', content, KeyObject.from(keys.privateKey));
      const rawBytes = Buffer.from(certificate.rawData).toString('base64');
      const publicKey = certificate.toString('pem');
      const signer = { certificate: { rawBytes } };
      return bundleOf(rekor, { content, signature, publicKey, signer });
    },
  };
}

function createLog(): Log {
  const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return { keys, id: sha256(derOf(keys.publicKey)) };
}

function derOf(key: KeyObject): Buffer {
  return Buffer.from(key.export({ type: 'spki', format: 'der' }));
}

function sha256(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest();
}

async function createAuthority(): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=authority.example',
    keys,
    notBefore: new Date('2026-01-01'),
    notAfter: new Date('2036-01-01'),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 1, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

function trustedRootOf({
  rekor,
  ctLog,
  authority,
}: {
  readonly rekor: Log;
  readonly ctLog: Log;
  readonly authority: Authority;
}): object {
  const start = '2026-01-01T00:00:00Z';
  const logOf = (host: string, { keys, id }: Log): object => ({
    baseUrl: `https://${host}`,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: derOf(keys.publicKey).toString('base64'),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor: { start },
    },
    logId: { keyId: id.toString('base64') },
  });
  const rawBytes = Buffer.from(authority.certificate.rawData).toString('base64');
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [logOf(LOG_HOST, rekor)],
    certificateAuthorities: [
      {
        subject: { organization: 'example', commonName: 'authority.example' },
        uri: 'https://authority.example',
        certChain: { certificates: [{ rawBytes }] },
        validFor: { start },
      },
    ],
    ctlogs: [logOf('ct.example', ctLog)],
    timestampAuthorities: [],
  };
}

/** A certificate with its promise from the log of certificates, which is about the one without it. */
async function issue({
  authority,
  ctLog,
  keys,
  identity,
}: {
  readonly authority: Authority;
  readonly ctLog: Log;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly identity: SignerIdentity;
}): Promise<X509Certificate> {
  const extensions = [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    await SubjectKeyIdentifierExtension.create(keys.publicKey),
    await AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
    new SubjectAlternativeNameExtension([{ type: 'email', value: identity.subject }], true),
    new Extension(ISSUER_OID, false, derText(0x0c, Buffer.from(identity.issuer))),
  ];
  const create = async (more: readonly Extension[]): Promise<X509Certificate> =>
    X509CertificateGenerator.create({
      serialNumber: '0102030405',
      subject: '',
      issuer: authority.certificate.subject,
      notBefore: new Date(SIGNED_AT.getTime() - 300_000),
      notAfter: new Date(SIGNED_AT.getTime() + 300_000),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: authority.keys.privateKey,
      extensions: [...extensions, ...more],
    });
  const before = await create([]);
  const list = promiseOf(
    { id: ctLog.id, key: ctLog.keys.privateKey, at: SIGNED_AT },
    {
      issuerKey: Buffer.from(authority.certificate.publicKey.rawData),
      tbs: tbsOf(Buffer.from(before.rawData)),
    },
  );
  return create([new Extension(SCT_OID, false, derText(0x04, list))]);
}

interface Signed {
  readonly content: Buffer;
  readonly signature: Buffer;
  /** PEM of the key or the certificate. */
  readonly publicKey: string;
  readonly signer: Pick<SignedBundle['verificationMaterial'], 'publicKey' | 'certificate'>;
}

function bundleOf(rekor: Log, { content, signature, publicKey, signer }: Signed): SignedBundle {
  const digest = sha256(content);
  const body = JSON.stringify({
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: digest.toString('hex') } },
      signature: {
        content: signature.toString('base64'),
        publicKey: { content: Buffer.from(publicKey).toString('base64') },
      },
    },
  });
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: digest.toString('base64') },
      signature: signature.toString('base64'),
    },
    verificationMaterial: { ...signer, tlogEntries: [entryOf(rekor, Buffer.from(body))] },
  };
}

/** The entry in a log that has no other, with the log's promise, proof and checkpoint. */
function entryOf({ keys, id }: Log, body: Buffer): object {
  const integratedTime = SIGNED_AT.getTime() / 1000;
  const promised = canonicalize({
    body: body.toString('base64'),
    integratedTime,
    logID: id.toString('hex'),
    logIndex: 0,
  });
  const root = sha256(Buffer.concat([Buffer.from([0]), body])).toString('base64');
  const note = `${LOG_HOST}\n1\n${root}\n`;
  const noteSignature = sign('sha256', Buffer.from(note), keys.privateKey);
  const hinted = Buffer.concat([id.subarray(0, 4), noteSignature]).toString('base64');
  return {
    logIndex: '0',
    logId: { keyId: id.toString('base64') },
    kindVersion: { kind: 'hashedrekord', version: '0.0.1' },
    integratedTime: String(integratedTime),
    inclusionPromise: {
      signedEntryTimestamp: sign('sha256', Buffer.from(promised ?? ''), keys.privateKey).toString(
        'base64',
      ),
    },
    inclusionProof: {
      logIndex: '0',
      rootHash: root,
      treeSize: '1',
      hashes: [],
      checkpoint: { envelope: `${note}\n— ${LOG_HOST} ${hinted}\n` },
    },
    canonicalizedBody: body.toString('base64'),
  };
}
