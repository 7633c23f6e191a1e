import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { compareIstioVersions, parseIstioVersion } from '../../domain/version/istio-version.ts';
import type { IstioVersion } from '../../domain/version/istio-version.ts';

/** Where the binary of one version is, and what it must be. */
export interface InstallerBinary {
  readonly path: string;
  /** Hexadecimal, with or without the prefix `sha256:`. */
  readonly sha256: string;
}

/** A binary that is not configured, not there, or not the one that was configured. */
export class InstallerBinaryError extends Error {
  readonly reason: 'not-configured' | 'missing' | 'changed';
  readonly version: string;
  readonly path: string | undefined;
  readonly expected: string | undefined;
  readonly found: string | undefined;
  readonly remedy: string;

  constructor(
    details: {
      readonly reason: 'not-configured' | 'missing' | 'changed';
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

/** The configured binaries. A file is hashed at its first use and whenever it is another file than then. */
export function createBinaryStore(
  binaries: Readonly<Record<string, InstallerBinary>>,
): BinaryStore {
  const hashes = new Map<string, { readonly identity: string; readonly sha256: string }>();
  const configured = (version: string): InstallerBinary => {
    const binary = Object.hasOwn(binaries, version) ? binaries[version] : undefined;
    if (binary === undefined) throw notConfigured(version, Object.keys(binaries));
    return binary;
  };
  return {
    versions: () => versionsOf(Object.keys(binaries)),
    digest: async (version) => `sha256:${bareDigest(configured(version).sha256)}`,
    verified: async (version) => {
      const binary = configured(version);
      const identity = await identityOf(version, binary);
      const known = hashes.get(binary.path);
      const found = known?.identity === identity ? known.sha256 : await sha256Of(binary.path);
      hashes.set(binary.path, { identity, sha256: found });
      if (found !== bareDigest(binary.sha256)) throw changed(version, binary, found);
      return binary.path;
    },
  };
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
    remedy: `Add version ${version} with its path and sha256 to installers.istioctl in meshlift.yaml.`,
  });
}

function changed(version: string, binary: InstallerBinary, found: string): InstallerBinaryError {
  const expected = bareDigest(binary.sha256);
  return new InstallerBinaryError({
    reason: 'changed',
    version,
    path: binary.path,
    expected,
    found,
    message: `istioctl ${version} at ${binary.path} was expected to have sha256 ${expected}, found ${found}.`,
    remedy:
      'Put the configured binary back, or, when the new one is trusted, set its sha256 in meshlift.yaml and plan again.',
  });
}

function bareDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').toLowerCase();
}
