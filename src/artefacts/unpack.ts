import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Extract, type ExtractEvents, type Header } from 'tar-stream';
import { ArtefactError, type ArtefactProblem, type ArtefactSubject } from './artefact-error.ts';
import { errorText } from './error-code.ts';
import { limitBytes, TooManyBytes } from './limit-bytes.ts';

export interface UnpackLimits {
  readonly entries: number;
  /** Of the whole archive, unpacked. */
  readonly totalBytes: number;
  readonly binaryBytes: number;
}

/** A release of Istio has about 1,000 entries and 110 MB, of which istioctl is 90 MB. */
export const UNPACK_LIMITS: UnpackLimits = {
  entries: 20_000,
  totalBytes: 1024 ** 3,
  binaryBytes: 512 * 1024 ** 2,
};

export interface UnpackRequest {
  /** The verified bytes: a file could be another one by now. */
  readonly archive: Buffer;
  /** Where istioctl is written; without it the archive is only looked through. */
  readonly to?: string;
  readonly limits?: UnpackLimits;
}

/** At the top, in a release's own folder, or in `bin` of either. */
const BINARY = /^(\.\/)?([^/]+\/)?(bin\/)?istioctl$/;

/**
 * Takes istioctl, and nothing else, out of a tarball and returns its sha256. The whole archive is
 * looked at first to last: one that has anything strange in it is refused as a whole.
 */
export async function unpackBinary(
  { archive, to, limits = UNPACK_LIMITS }: UnpackRequest,
  subject: ArtefactSubject,
): Promise<string> {
  const reader = extract();
  const fed = feed(archive, reader, limits);
  const found: string[] = [];
  try {
    let entries = 0;
    for await (const entry of reader) {
      entries += 1;
      const problem = problemOf(entry.header, { entries, limits });
      if (problem !== undefined) throw new ArtefactError(subject, problem);
      const { name, type, size } = entry.header;
      const isBinary = type === 'file' && BINARY.test(name);
      if (isBinary && found.length > 0) throw new ArtefactError(subject, twoBinaries(name));
      if (isBinary && size > limits.binaryBytes) {
        throw new ArtefactError(
          subject,
          tooLarge(`istioctl of at most ${limits.binaryBytes} bytes`),
        );
      }
      if (isBinary) found.push(await take(entry, to));
      else entry.resume();
    }
    await fed;
  } catch (error) {
    throw explain(error, { subject, limits });
  }
  const [sha256] = found;
  if (sha256 === undefined) throw new ArtefactError(subject, NO_BINARY);
  return sha256;
}

/** Large ones: each costs a turn of the event loop. */
const CHUNK_BYTES = 1024 ** 2;

/** Its failure is the reader's, whose loop reports it. */
async function feed(
  archive: Buffer,
  reader: Extract<ExtractEvents>,
  { totalBytes }: UnpackLimits,
): Promise<void> {
  try {
    await pipeline(
      Readable.from([archive]),
      createGunzip({ chunkSize: CHUNK_BYTES }),
      limitBytes(totalBytes),
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          if (reader.destroyed) return;
          if (!reader.write(chunk)) await drained(reader);
        }
      },
    );
    reader.end(null);
  } catch (error) {
    reader.destroy(error instanceof Error ? error : new Error(errorText(error), { cause: error }));
  }
}

/** Until there is room again, or nobody reads any more. */
async function drained(reader: Extract<ExtractEvents>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  reader.once('drain', resolve);
  reader.once('close', resolve);
  await promise;
  reader.off('drain', resolve);
  reader.off('close', resolve);
}

async function take(entry: AsyncIterable<unknown>, to: string | undefined): Promise<string> {
  const hash = createHash('sha256');
  const chunks = hashed(entry, hash);
  if (to === undefined) {
    while (!(await chunks.next()).done);
  } else {
    const file = await open(to, 'wx', 0o500);
    try {
      await file.writeFile(chunks);
      await file.sync();
    } finally {
      await file.close();
    }
  }
  return hash.digest('hex');
}

async function* hashed(chunks: AsyncIterable<unknown>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('expected bytes from the tar reader');
    hash.update(chunk);
    yield chunk;
  }
}

/** What is wrong with an entry, whatever it is for. */
function problemOf(
  { name, type, linkname }: Header,
  { entries, limits }: { readonly entries: number; readonly limits: UnpackLimits },
): ArtefactProblem | undefined {
  if (entries > limits.entries) {
    return {
      reason: 'too-many-entries',
      expected: `at most ${limits.entries} entries`,
      found: 'more',
      remedy: DISTRUST,
    };
  }
  if (leadsOutside(name)) {
    return {
      reason: 'path-outside',
      expected: 'paths that stay within the archive',
      found: `the entry ${JSON.stringify(name)}`,
      remedy: DISTRUST,
    };
  }
  switch (type) {
    case 'file':
    case 'contiguous-file':
    case 'directory':
      return undefined;
    case 'symlink':
    case 'link':
      return {
        reason: 'link',
        expected: 'files and folders only',
        found: `the ${type === 'link' ? 'hard link' : 'symbolic link'} ${JSON.stringify(name)} to ${JSON.stringify(linkname)}`,
        remedy: DISTRUST,
      };
    case 'block-device':
    case 'character-device':
    case 'fifo':
      return {
        reason: 'device',
        expected: 'files and folders only',
        found: `the ${type} ${JSON.stringify(name)}`,
        remedy: DISTRUST,
      };
    default:
      return unreadable(`the entry ${JSON.stringify(name)} of an unknown kind`);
  }
}

function leadsOutside(name: string): boolean {
  return (
    name.startsWith('/') ||
    /^[A-Za-z]:/.test(name) ||
    /[\0\\]/.test(name) ||
    name.split('/').includes('..')
  );
}

const DISTRUST = 'Nothing was unpacked. Ask who publishes it why it is so, and take another one';

const NO_BINARY: ArtefactProblem = {
  reason: 'no-binary',
  expected: 'the file istioctl, at the top, in one folder, or in bin of either',
  found: 'none',
  remedy: 'Check that the source names the tarball of a release, or pack istioctl so',
};

function twoBinaries(name: string): ArtefactProblem {
  return {
    reason: 'several-binaries',
    expected: 'one istioctl in the archive',
    found: `another one, ${JSON.stringify(name)}`,
    remedy: DISTRUST,
  };
}

function tooLarge(expected: string): ArtefactProblem {
  return { reason: 'too-large', expected, found: 'more', remedy: DISTRUST };
}

function unreadable(found: string): ArtefactProblem {
  return {
    reason: 'unreadable-archive',
    expected: 'a gzipped tar archive',
    found,
    remedy: 'Check that the source names a .tar.gz of a release',
  };
}

function explain(
  error: unknown,
  { subject, limits }: { readonly subject: ArtefactSubject; readonly limits: UnpackLimits },
): unknown {
  if (error instanceof ArtefactError) return error;
  if (error instanceof TooManyBytes) {
    const expected = `an archive of at most ${limits.totalBytes} bytes when it is unpacked`;
    return new ArtefactError(subject, tooLarge(expected));
  }
  const found = errorText(error);
  return new ArtefactError(subject, unreadable(found), { cause: error });
}
