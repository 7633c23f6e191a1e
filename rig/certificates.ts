// The generator's dependency injection wants this polyfill to be there first.
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  type Extension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { generateKeyPair, KeyObject, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';

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

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const VALID_DAYS = 365;
const DAY_MS = 86_400_000;

/** A throw-away certificate authority of one rig; its key never leaves the state folder. */
export async function createCertificateAuthority(name: string): Promise<CertificateAuthority> {
  cryptoProvider.set(webcrypto);
  const own = await generateKeys();
  const authority = await X509CertificateGenerator.createSelfSigned({
    name: distinguishedName({ commonName: name }),
    keys: own,
    signingAlgorithm: ALGORITHM,
    ...validity(),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    certificatePem: pemFile(authority.toString('pem')),
    keyPem: privatePem(own.privateKey),
    async issue(subject, names = []) {
      const pair = await generateKeys();
      const certificate = await X509CertificateGenerator.create({
        subject: distinguishedName(subject),
        issuer: authority.subject,
        publicKey: pair.publicKey,
        signingKey: own.privateKey,
        signingAlgorithm: ALGORITHM,
        ...validity(),
        extensions: leafExtensions(names),
      });
      return {
        certificatePem: pemFile(certificate.toString('pem')),
        keyPem: privatePem(pair.privateKey),
      };
    },
  };
}

/** The RSA pair with which the API server signs and checks service account tokens. */
export async function createServiceAccountKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function validity(): { readonly notBefore: Date; readonly notAfter: Date } {
  const now = Date.now();
  // A day back: clocks of virtual machines jump.
  return { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + VALID_DAYS * DAY_MS) };
}

function distinguishedName({ commonName, organization }: Subject): Record<string, string[]>[] {
  return [...(organization === undefined ? [] : [{ O: [organization] }]), { CN: [commonName] }];
}

function leafExtensions(names: readonly string[]): Extension[] {
  const alternatives = names.map((value) => ({
    type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const),
    value,
  }));
  return [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
    ...(alternatives.length === 0 ? [] : [new SubjectAlternativeNameExtension(alternatives)]),
  ];
}

function privatePem(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();
}

function pemFile(text: string): string {
  return `${text}\n`;
}
