import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, readdirSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import canonicalize from 'canonicalize';
import { ArtefactError, type ArtefactSubject } from './artefact-error.ts';
import { download } from './download.ts';
import { errorCode, errorText } from './error-code.ts';
import {
  fillTemplate,
  isTarball,
  locate,
  showLocation,
  type ArtefactSettings,
  type ArtefactSource,
} from './source.ts';
import { unpackBinary } from './unpack.ts';
import { assertNotBlocked, FETCHED, sha256Of, verifyArtefact } from './verify-artefact.ts';

/** Verification reads an artefact as a whole. */
const MAX_ARTEFACT_BYTES = 256 * 1024 ** 2;
const MAX_PROOF_BYTES = 1024 ** 2;
/** What a killed process left half done is removed after a day. */
const STALE_MS = 86_400_000;

/** A binary that was verified: in the cache, by its own digest. */
export interface KeptBinary {
  readonly path: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** istioctl binaries of configured sources, fetched and verified when they are first asked for. */
export interface ArtefactStore {
  /** What the sources say they have, in no order. */
  versions(): readonly string[];
  /**
   * The binary of a version. What is in the cache is verified like what was just fetched, once in
   * each process. Throws `ArtefactError`. Those who ask at once wait for the same fetch.
   */
  obtain(version: string): Promise<KeptBinary>;
  /** Throws `ArtefactError` when a file of this digest is on the block list. */
  assertAllowed(sha256: string, subject: ArtefactSubject): void;
  /** Forgets that a binary was there. */
  forget(version: string): void;
}

export function createArtefactStore(settings: ArtefactSettings): ArtefactStore {
  const known = new Map<string, Promise<KeptBinary>>();
  return {
    versions: () => [...new Set(settings.sources.flatMap(versionsOf))],
    obtain: async (version) => {
      const running = known.get(version);
      if (running !== undefined) return running;
      const started = obtain(settings, version);
      known.set(version, started);
      // What failed is tried anew by who asks next.
      started.catch(() => known.delete(version));
      return started;
    },
    assertAllowed: (sha256, subject) => assertNotBlocked(settings.blocked, sha256, subject),
    forget: (version) => void known.delete(version),
  };
}

/** The configured ones, or those whose files lie in the directory now. */
function versionsOf({ versions, place }: ArtefactSource): readonly string[] {
  if (versions !== undefined) return Object.keys(versions);
  if (place.kind === 'url') return [];
  const [before = '', after = ''] = place.file
    .split('{version}')
    .map((part) => fillTemplate(part, ''));
  return namesIn(place.directory)
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .map((name) => name.slice(before.length, name.length - after.length))
    .filter((version) => /^\d/.test(version));
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    // A directory that is not there has nothing; asked for a version, the message names it.
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function obtain(settings: ArtefactSettings, version: string): Promise<KeptBinary> {
  const source = settings.sources.find((each) => versionsOf(each).includes(version));
  if (source === undefined) throw new TypeError(`no source has ${version}`);
  const where = showLocation(locate(source.place, version));
  const asked: Asked = { settings, source, subject: { version, where } };
  try {
    return await kept(asked, await fetched(asked));
  } catch (error) {
    throw asCacheTrouble(error, asked);
  }
}

interface Asked {
  readonly settings: ArtefactSettings;
  readonly source: ArtefactSource;
  readonly subject: ArtefactSubject;
}

/** The verified artefact: the one in the cache, or a new one. */
async function fetched(asked: Asked): Promise<Buffer> {
  const { settings, source, subject } = asked;
  const folder = path.join(settings.cache, 'fetched', keyOf(asked));
  const { blocked } = settings;
  if (await isThere(folder)) return verifyKept(asked, folder);
  return withTemporary(settings.cache, async (temporary) => {
    const { version } = subject;
    const { place, signature, bundle } = source;
    const get = async (name: string, maxBytes: number, suffix?: string): Promise<void> =>
      download({
        place,
        version,
        location: locate(place, version, suffix),
        to: path.join(temporary, name),
        maxBytes,
      });
    // Proofs first: without them a large file need not be fetched.
    if (signature !== undefined) {
      await proofOf('signature', get(FETCHED.signature, MAX_PROOF_BYTES, signature.suffix));
    }
    if (bundle !== undefined) {
      await proofOf('Sigstore bundle', get(FETCHED.bundle, MAX_PROOF_BYTES, bundle.suffix));
    }
    await get(FETCHED.artefact, MAX_ARTEFACT_BYTES);
    const content = await verifyArtefact({ source, folder: temporary, blocked }, subject);
    await moveInto(temporary, folder);
    return content;
  });
}

/** By where it comes from and what proves it: whoever changes one of them has it fetched anew. */
function keyOf({ source, subject }: Asked): string {
  const { place, versions, signature, bundle } = source;
  const location = locate(place, subject.version);
  const sha256 = versions?.[subject.version]?.sha256 ?? null;
  const told = canonicalize([location, sha256, signature ?? null, bundle ?? null]) ?? '';
  return createHash('sha256').update(told).digest('hex');
}

/** That a proof is not there says more than that some file is not there. */
async function proofOf(what: string, fetching: Promise<void>): Promise<void> {
  try {
    await fetching;
  } catch (error) {
    if (!(error instanceof ArtefactError) || !isAbsence(error)) throw error;
    throw new ArtefactError(error, {
      reason: 'signature-missing',
      expected: `a ${what}`,
      found: error.found,
      remedy: `Publish the ${what} beside the artefact, or correct its suffix in meshlift.yaml; without it nothing is used`,
    });
  }
}

function isAbsence({ reason, found }: ArtefactError): boolean {
  if (reason === 'http-status') return ['HTTP 404', 'HTTP 410'].includes(found);
  return reason === 'missing' && found === 'ENOENT';
}

/** Verified when it was fetched: if it does not hold any more, somebody changed it in the cache. */
async function verifyKept({ settings, source, subject }: Asked, folder: string): Promise<Buffer> {
  try {
    return await verifyArtefact({ source, folder, blocked: settings.blocked }, subject);
  } catch (error) {
    if (error instanceof ArtefactError && ['blocked', 'trusted-root'].includes(error.reason)) {
      throw error;
    }
    throw changed(subject, folder, error);
  }
}

function changed(subject: ArtefactSubject, place: string, error: unknown): ArtefactError {
  return new ArtefactError(
    subject,
    {
      reason: 'cache-changed',
      expected: `${place} to be what was verified when it was fetched`,
      found: error instanceof ArtefactError ? error.found : errorText(error),
      remedy: `Find out who changed it; when ${place} is removed it is fetched and verified anew`,
    },
    { cause: error },
  );
}

/** The binary within a verified artefact, in the cache by its digest. */
async function kept({ settings, source, subject }: Asked, content: Buffer): Promise<KeptBinary> {
  const isPacked = isTarball(source.place);
  const sha256 = isPacked ? await unpackBinary({ archive: content }, subject) : sha256Of(content);
  assertNotBlocked(settings.blocked, sha256, subject);
  const folder = path.join(settings.cache, 'binaries', sha256);
  const binary = path.join(folder, 'istioctl');
  if (!(await isThere(folder))) {
    await withTemporary(settings.cache, async (temporary) => {
      const to = path.join(temporary, 'istioctl');
      if (isPacked) await unpackBinary({ archive: content, to }, subject);
      else await writeFile(to, content, { mode: 0o500, flush: true });
      await moveInto(temporary, folder);
    });
  }
  const found = await hashFile(binary);
  if (found !== sha256) throw changed(subject, folder, `sha256 ${found}`);
  return { path: binary, sha256 };
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function isThere(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** A folder of our own in the cache, so that a rename moves it; gone afterwards unless moved. */
async function withTemporary<T>(cache: string, use: (folder: string) => Promise<T>): Promise<T> {
  const parent = path.join(cache, 'tmp');
  await mkdir(parent, { recursive: true, mode: 0o700 });
  await removeStale(parent);
  const folder = path.join(parent, randomUUID());
  await mkdir(folder, { mode: 0o700 });
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function removeStale(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const folder = path.join(parent, name);
    const age = await stat(folder).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      // Another process has just removed its own.
      () => 0,
    );
    if (age > STALE_MS) await rm(folder, { recursive: true, force: true });
  }
}

/** At once, or not at all. Where another process was faster, its own is taken, and verified. */
async function moveInto(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true, mode: 0o700 });
  try {
    await rename(from, to);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) throw error;
  }
}

/** What the file system has against the cache. */
function asCacheTrouble(error: unknown, { settings, subject }: Asked): unknown {
  if (error instanceof ArtefactError) return error;
  const found = errorText(error);
  return new ArtefactError(
    subject,
    {
      reason: 'cache-unusable',
      expected: `a folder for artefacts at ${settings.cache}`,
      found,
      remedy: 'Make it writable, or name another as installers.istioctl.cache in meshlift.yaml',
    },
    { cause: error },
  );
}
