import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ArtefactStore } from '../../artefacts/artefact-store.ts';
import { compareIstioVersions, parseIstioVersion } from '../../domain/version/istio-version.ts';
import type { IstioVersion } from '../../domain/version/istio-version.ts';

/** Where the binary of one version is, and what it must be. */
export interface InstallerBinary {
  readonly path: string;
  /** Hexadecimal, with or without the prefix `sha256:`. */
  readonly sha256: string;
}

type BinaryReason = 'not-configured' | 'missing' | 'changed' | 'wrong-version';

/** A binary that is not configured, not there, or not the one that was configured. */
export class InstallerBinaryError extends Error {
  readonly reason: BinaryReason;
  readonly version: string;
  readonly path: string | undefined;
  readonly expected: string | undefined;
  readonly found: string | undefined;
  readonly remedy: string;

  constructor(
    details: {
      readonly reason: BinaryReason;
      readonly version: string;
      readonly path?: string;
      readonly expected?: string;
      readonly found?: string;
      readonly message: string;
      readonly remedy: string;
    },
    options?: ErrorOptions,
  ) {
    super(`${details.message} ${details.remedy}`, options);
    this.name = 'InstallerBinaryError';
    this.reason = details.reason;
    this.version = details.version;
    this.path = details.path;
    this.expected = details.expected;
    this.found = details.found;
    this.remedy = details.remedy;
  }
}

export interface BinaryStore {
  versions(): readonly IstioVersion[];
  /** With the prefix `sha256:`. */
  digest(version: IstioVersion, signal?: AbortSignal): Promise<string>;
  /** The path of the binary, after its content was compared with what is configured. */
  verified(version: IstioVersion, signal?: AbortSignal): Promise<string>;
}

export interface BinaryStoreOptions {
  /** What has the versions that are not configured with a path. */
  readonly artefacts?: ArtefactStore;
  /** Throws when a binary says that it is of another version; asked once for each content. */
  readonly checkVersion: (
    binary: { readonly path: string; readonly version: IstioVersion },
    signal: AbortSignal | undefined,
  ) => Promise<void>;
}

/**
 * The configured binaries, and those of the sources. A file is hashed at its first use and whenever
 * it is another file than then.
 */
export function createBinaryStore(
  binaries: Readonly<Record<string, InstallerBinary>>,
  { artefacts, checkVersion }: BinaryStoreOptions,
): BinaryStore {
  const hashes = new Map<string, { readonly identity: string; readonly sha256: string }>();
  const checked = new Set<string>();
  const names = (): readonly string[] => [
    ...new Set([...Object.keys(binaries), ...(artefacts?.versions() ?? [])]),
  ];
  const find = async (version: string, signal: AbortSignal | undefined): Promise<Found> => {
    const binary = Object.hasOwn(binaries, version) ? binaries[version] : undefined;
    if (binary !== undefined) return { ...binary, isKept: false };
    if (artefacts?.versions().includes(version) !== true) throw notConfigured(version, names());
    return { ...(await unlessAborted(artefacts.obtain(version), signal)), isKept: true };
  };
  const assertContent = async (version: string, binary: Found): Promise<void> => {
    const identity = await identityOf(version, binary);
    const known = hashes.get(binary.path);
    const found = known?.identity === identity ? known.sha256 : await sha256Of(binary.path);
    hashes.set(binary.path, { identity, sha256: found });
    if (found !== bareDigest(binary.sha256)) throw changed(version, binary, found);
    artefacts?.assertAllowed(found, { version, where: binary.path });
  };
  const findIntact = async (version: string, signal: AbortSignal | undefined): Promise<Found> => {
    const binary = await find(version, signal);
    try {
      await assertContent(version, binary);
      return binary;
    } catch (error) {
      if (!binary.isKept || !(error instanceof InstallerBinaryError)) throw error;
      // Whatever became of it, the next one to ask has the cache verified from the start.
      artefacts?.forget(version);
      if (error.reason !== 'missing') throw error;
      return find(version, signal);
    }
  };
  return {
    versions: () => versionsOf(names()),
    digest: async (version, signal) => `sha256:${bareDigest((await find(version, signal)).sha256)}`,
    verified: async (version, signal) => {
      const { path, sha256 } = await findIntact(version, signal);
      const key = `${version} ${sha256}`;
      if (!checked.has(key)) await checkVersion({ path, version }, signal);
      checked.add(key);
      return path;
    },
  };
}

interface Found extends InstallerBinary {
  /** In the cache of artefacts, not where somebody configured it. */
  readonly isKept: boolean;
}

/** Who is aborted waits no longer; a fetch goes on for the others. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function versionsOf(names: readonly string[]): readonly IstioVersion[] {
  return names
    .map(parseIstioVersion)
    .filter((version) => version !== undefined)
    .sort(compareIstioVersions);
}

/** A replaced or rewritten file has another inode, size, or time of change, which cannot be set back. */
async function identityOf(version: string, binary: InstallerBinary): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(binary.path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch (cause) {
    throw new InstallerBinaryError(
      {
        reason: 'missing',
        version,
        path: binary.path,
        expected: bareDigest(binary.sha256),
        message: `istioctl ${version} was expected at ${binary.path}, and there is no readable file.`,
        remedy: 'Put the binary there, or correct installers.istioctl in meshlift.yaml.',
      },
      { cause },
    );
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function notConfigured(version: string, known: readonly string[]): InstallerBinaryError {
  const have = known.length === 0 ? 'none' : known.join(', ');
  return new InstallerBinaryError({
    reason: 'not-configured',
    version,
    message: `istioctl ${version} is needed, and only these versions are configured: ${have}.`,
    remedy: `Add version ${version} to installers.istioctl in meshlift.yaml: to binaries with its path and sha256, or to one of the sources.`,
  });
}

function changed(version: string, binary: Found, found: string): InstallerBinaryError {
  const expected = bareDigest(binary.sha256);
  return new InstallerBinaryError({
    reason: 'changed',
    version,
    path: binary.path,
    expected,
    found,
    message: `istioctl ${version} at ${binary.path} was expected to have sha256 ${expected}, found ${found}.`,
    remedy: binary.isKept
      ? `Find out who changed it; when ${dirname(binary.path)} is removed it is fetched and verified anew.`
      : 'Put the configured binary back, or, when the new one is trusted, set its sha256 in meshlift.yaml and plan again.',
  });
}

function bareDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').toLowerCase();
}
