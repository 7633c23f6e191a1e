import { generateKeyPair, randomBytes, sign, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import * as der from './der.ts';

export interface Subject {
  readonly commonName: string;
  /** What Kubernetes takes as the user's group. */
  readonly organization?: string;
}

export interface SignedKey {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface CertificateAuthority extends SignedKey {
  /** A certificate good for clients, and for servers of the names given. */
  issue(subject: Subject, names?: readonly string[]): Promise<SignedKey>;
}

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  organization: '2.5.4.10',
  commonName: '2.5.4.3',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

const VALID_DAYS = 365;
const DAY_MS = 86_400_000;
const generate = promisify(generateKeyPair);

/** A throw-away certificate authority of one rig; its key never leaves the state folder. */
export async function createCertificateAuthority(name: string): Promise<CertificateAuthority> {
  const authority: Subject = { commonName: name };
  const own = await generate('ec', { namedCurve: 'P-256' });

  function certificate(
    subject: Subject,
    publicKey: KeyObject,
    extensions: readonly Buffer[],
  ): string {
    const body = buildBody({ issuer: authority, subject, publicKey, extensions });
    const signature = sign('sha256', body, { key: own.privateKey, dsaEncoding: 'der' });
    return toPem('CERTIFICATE', der.sequence(body, signatureAlgorithm(), der.bitString(signature)));
  }

  return {
    certificatePem: certificate(authority, own.publicKey, authorityExtensions()),
    keyPem: privatePem(own.privateKey),
    async issue(subject, names = []) {
      const pair = await generate('ec', { namedCurve: 'P-256' });
      return {
        certificatePem: certificate(subject, pair.publicKey, leafExtensions(names)),
        keyPem: privatePem(pair.privateKey),
      };
    },
  };
}

/** The RSA pair with which the API server signs and checks service account tokens. */
export async function createServiceAccountKey(): Promise<string> {
  return privatePem((await generate('rsa', { modulusLength: 2048 })).privateKey);
}

function buildBody(options: {
  issuer: Subject;
  subject: Subject;
  publicKey: KeyObject;
  extensions: readonly Buffer[];
}): Buffer {
  const now = Date.now();
  return der.sequence(
    der.tagged(0, der.positiveInteger(Buffer.of(2))),
    der.positiveInteger(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    signatureAlgorithm(),
    distinguishedName(options.issuer),
    // A day back: clocks of virtual machines jump.
    der.sequence(
      der.utcTime(new Date(now - DAY_MS)),
      der.utcTime(new Date(now + VALID_DAYS * DAY_MS)),
    ),
    distinguishedName(options.subject),
    options.publicKey.export({ type: 'spki', format: 'der' }),
    der.tagged(3, der.sequence(...options.extensions)),
  );
}

function signatureAlgorithm(): Buffer {
  return der.sequence(der.objectIdentifier(OID.ecdsaWithSha256));
}

function distinguishedName({ commonName, organization }: Subject): Buffer {
  const attribute = (oid: string, value: string) =>
    der.set(der.sequence(der.objectIdentifier(oid), der.utf8String(value)));
  return der.sequence(
    ...(organization === undefined ? [] : [attribute(OID.organization, organization)]),
    attribute(OID.commonName, commonName),
  );
}

function authorityExtensions(): Buffer[] {
  return [
    extension(OID.basicConstraints, der.sequence(der.boolean(true)), { critical: true }),
    // keyCertSign and cRLSign
    extension(OID.keyUsage, der.bitString(Buffer.of(0b0000_0110), 1), { critical: true }),
  ];
}

function leafExtensions(names: readonly string[]): Buffer[] {
  const purposes = [OID.serverAuth, OID.clientAuth].map(der.objectIdentifier);
  return [
    // digitalSignature and keyEncipherment
    extension(OID.keyUsage, der.bitString(Buffer.of(0b1010_0000), 5), { critical: true }),
    extension(OID.extendedKeyUsage, der.sequence(...purposes)),
    ...(names.length === 0
      ? []
      : [extension(OID.subjectAltName, der.sequence(...names.map(alternativeName)))]),
  ];
}

function alternativeName(name: string): Buffer {
  const isAddress = /^[\d.]+$/.test(name);
  return isAddress
    ? der.taggedPrimitive(7, Buffer.from(name.split('.').map(Number)))
    : der.taggedPrimitive(2, Buffer.from(name, 'ascii'));
}

function extension(oid: string, value: Buffer, { critical = false } = {}): Buffer {
  return der.sequence(
    der.objectIdentifier(oid),
    ...(critical ? [der.boolean(true)] : []),
    der.octetString(value),
  );
}

function privatePem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function toPem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
