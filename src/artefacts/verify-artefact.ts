import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ArtefactError, type ArtefactSubject } from './artefact-error.ts';
import type { ArtefactSettings, ArtefactSource } from './source.ts';
import { verifyBundle } from './verify-bundle.ts';
import { verifySignature } from './verify-signature.ts';

/** Names of the files that belong to one fetched artefact, in a folder of its own. */
export const FETCHED = { artefact: 'artefact', signature: 'signature', bundle: 'bundle' } as const;

export interface Verification {
  readonly source: ArtefactSource;
  /** The folder. */
  readonly folder: string;
  readonly blocked: ArtefactSettings['blocked'];
}

/**
 * Holds a fetched artefact to everything that is configured for it, without unpacking it: digest,
 * signature and bundle, as far as each is configured. Returns the bytes that were verified. Throws
 * `ArtefactError`.
 */
export async function verifyArtefact(
  { source, folder, blocked }: Verification,
  subject: ArtefactSubject,
): Promise<Buffer> {
  const content = await readFile(path.join(folder, FETCHED.artefact));
  const sha256 = sha256Of(content);
  assertNotBlocked(blocked, sha256, subject);
  const expected = source.versions?.[subject.version]?.sha256;
  if (expected !== undefined && expected !== sha256) throw otherDigest(expected, sha256, subject);
  const { signature: proof, bundle } = source;
  // Without a proof nothing is used, whatever way a source came to have none.
  if (expected === undefined && proof === undefined && bundle === undefined) {
    throw unproven(subject);
  }
  if (proof !== undefined) {
    const signature = await readFile(path.join(folder, FETCHED.signature));
    const isUntouched = expected !== undefined;
    verifySignature(proof, { content, signature, isUntouched }, subject);
  }
  if (bundle !== undefined) {
    const text = await readFile(path.join(folder, FETCHED.bundle));
    await verifyBundle(bundle, { content, bundle: text }, subject);
  }
  return content;
}

/** Hexadecimal. */
export function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** What is on the block list is not used, whoever signed it. */
export function assertNotBlocked(
  blocked: ArtefactSettings['blocked'],
  sha256: string,
  subject: ArtefactSubject,
): void {
  const entry = blocked.find((each) => each.sha256 === sha256);
  if (entry === undefined) return;
  throw new ArtefactError(subject, {
    reason: 'blocked',
    expected: 'a file that is not on the block list (installers.istioctl.blocked)',
    found: `sha256 ${sha256}, which is blocked: ${entry.why}`,
    remedy: 'Take another release, or another source of this one',
  });
}

function otherDigest(expected: string, found: string, subject: ArtefactSubject): ArtefactError {
  return new ArtefactError(subject, {
    reason: 'digest-mismatch',
    expected: `sha256 ${expected}`,
    found: `sha256 ${found}`,
    remedy:
      'The file was changed, or the digest in meshlift.yaml is of another one: compare both with what the publisher says, and do not use it before',
  });
}

function unproven(subject: ArtefactSubject): ArtefactError {
  return new ArtefactError(subject, {
    reason: 'signature-missing',
    expected: 'a digest, a signature or a bundle to verify it with',
    found: 'none of them configured',
    remedy: 'Add one to the source in meshlift.yaml',
  });
}
