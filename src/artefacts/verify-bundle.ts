import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { bundleFromJSON, type Bundle } from '@sigstore/bundle';
import { HashAlgorithm, TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier, type TrustMaterial } from '@sigstore/verify';
import { ArtefactError, type ArtefactSubject } from './artefact-error.ts';
import { errorText } from './error-code.ts';
import type { BundleProof } from './source.ts';
import { fingerprintOf, readPublicKey } from './verify-signature.ts';

/**
 * Throws `ArtefactError` unless the bundle shows that the configured signer signed this very content
 * and that a log of the trusted root has it. Nothing is asked of the network.
 */
export async function verifyBundle(
  proof: BundleProof,
  { content, bundle }: { readonly content: Buffer; readonly bundle: Buffer },
  subject: ArtefactSubject,
): Promise<void> {
  const root = await readTrustedRoot(proof.trustedRoot, subject);
  const { signer } = proof;
  const failures: string[] = [];
  const candidates = signer.kind === 'keys' ? signer.publicKeys : [undefined];
  for (const publicKey of candidates) {
    const failure = check(proof, { root, content, bundle, publicKey });
    if (failure === undefined) return;
    failures.push(failure);
  }
  throw new ArtefactError(subject, {
    reason: 'bundle-mismatch',
    expected: `a Sigstore bundle over this file, ${describeSigner(signer)}`,
    found: [...new Set(failures)].join('; '),
    remedy:
      'Fetch it again from who publishes it, and check the signer and the trusted root in meshlift.yaml; do not use it before',
  });
}

interface Checked {
  readonly root: TrustedRoot;
  readonly content: Buffer;
  readonly bundle: Buffer;
  readonly publicKey: string | undefined;
}

/** Why the bundle does not hold; `undefined` when it does. */
function check(
  { signer }: BundleProof,
  { root, content, bundle, publicKey }: Checked,
): string | undefined {
  try {
    const parsed = bundleFromJSON(JSON.parse(bundle.toString('utf8')));
    const unfit = whyUnfit(parsed, content, publicKey === undefined ? 'identity' : 'keys');
    if (unfit !== undefined) return unfit;
    const material = trustMaterial(root, publicKey);
    // Only a promise of the log and a stamp of a time authority count as a time; a key has none.
    const verifier = new Verifier(
      material,
      publicKey === undefined ? {} : { timestampThreshold: 0 },
    );
    const { identity } = verifier.verify(toSignedEntity(parsed, content));
    if (signer.kind === 'keys') return undefined;
    // The library takes an expected subject for a pattern that may match anywhere in the found one.
    const found = {
      issuer: identity?.extensions?.issuer,
      subject: identity?.subjectAlternativeName,
    };
    if (found.issuer === signer.issuer && found.subject === signer.subject) return undefined;
    return `one by ${found.subject ?? 'nobody'} (issuer ${found.issuer ?? 'unknown'})`;
  } catch (error) {
    return `one that does not hold: ${errorText(error)}`;
  }
}

/** What the library leaves to its caller: an attestation would be about whatever it says itself. */
function whyUnfit(
  { content: signed, verificationMaterial }: Bundle,
  content: Buffer,
  wanted: 'keys' | 'identity',
): string | undefined {
  if (signed.$case !== 'messageSignature')
    return 'an attestation in place of a signature of the file';
  const isKey = verificationMaterial.content.$case === 'publicKey';
  if (isKey !== (wanted === 'keys')) {
    return isKey ? 'one that is signed with a bare key' : 'one that is signed with a certificate';
  }
  const { messageDigest } = signed.messageSignature;
  if (messageDigest.algorithm !== HashAlgorithm.SHA2_256)
    return 'one with another digest than sha256';
  const digest = createHash('sha256').update(content).digest();
  return digest.equals(messageDigest.digest)
    ? undefined
    : `one over a file with sha256 ${messageDigest.digest.toString('hex')}, while this one has ${digest.toString('hex')}`;
}

/** The hint in a bundle only says which key to try: the configured one is tried whatever it says. */
function trustMaterial(root: TrustedRoot, publicKey: string | undefined): TrustMaterial {
  if (publicKey === undefined) return toTrustMaterial(root);
  const key = readPublicKey(publicKey);
  return toTrustMaterial(root, () => ({ publicKey: key, validFor: () => true }));
}

async function readTrustedRoot(file: string, subject: ArtefactSubject): Promise<TrustedRoot> {
  try {
    return TrustedRoot.fromJSON(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new ArtefactError(
      subject,
      {
        reason: 'trusted-root',
        expected: `a Sigstore trusted root in ${file}`,
        found: errorText(error),
        remedy: 'Put one there, or correct trustedRoot in meshlift.yaml',
      },
      { cause: error },
    );
  }
}

function describeSigner(signer: BundleProof['signer']): string {
  return signer.kind === 'keys'
    ? `signed by the key ${signer.publicKeys.map(fingerprintOf).join(' or ')} (sha256 of the public key)`
    : `signed by ${signer.subject} (issuer ${signer.issuer})`;
}
