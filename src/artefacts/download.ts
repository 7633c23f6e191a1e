import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { ArtefactError, type ArtefactProblem, type ArtefactSubject } from './artefact-error.ts';
import { errorCode } from './error-code.ts';
import { limitBytes, TooManyBytes } from './limit-bytes.ts';
import { isLoopback, showLocation, type ArtefactPlace } from './source.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** Without a byte for as long a server counts as gone. */
const SILENCE_TIMEOUT_MS = 30_000;
const WHOLE_TIMEOUT_MS = 600_000;
const MAX_REDIRECTS = 5;

export interface DownloadRequest {
  readonly place: ArtefactPlace;
  /** A file or a URL of that place. */
  readonly location: string;
  readonly version: string;
  readonly to: string;
  readonly maxBytes: number;
}

/** Writes the file at a location to `to`, whole and on the disk. Throws `ArtefactError`. */
export async function download(asked: DownloadRequest): Promise<void> {
  const subject = { version: asked.version, where: showLocation(asked.location) };
  const { place } = asked;
  if (place.kind === 'directory') return copyFile(asked, subject);
  // `HTTPS_PROXY` and `NO_PROXY` count; plain http is for this machine alone, which needs no proxy.
  const agent = new EnvHttpProxyAgent({
    httpProxy: '',
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: SILENCE_TIMEOUT_MS,
    bodyTimeout: SILENCE_TIMEOUT_MS,
  });
  try {
    const headers = await readHeaders(place.headers, subject);
    const body = await openUrl(new URL(asked.location), { agent, headers, subject, asked });
    await save(body, asked, subject);
  } catch (error) {
    if (error instanceof ArtefactError) throw error;
    throw isDiskTrouble(error) ? cacheUnusable(error, subject) : unreachable(error, subject);
  } finally {
    await agent.destroy();
  }
}

async function copyFile(asked: DownloadRequest, subject: ArtefactSubject): Promise<void> {
  try {
    const { size, isFile } = await look(asked.location);
    if (!isFile) throw new ArtefactError(subject, missing('something that is no file'));
    if (size > asked.maxBytes) throw tooLarge(subject, asked.maxBytes, `${size} bytes`);
    await save(createReadStream(asked.location), asked, subject);
  } catch (error) {
    if (error instanceof ArtefactError) throw error;
    if (isDiskTrouble(error)) throw cacheUnusable(error, subject);
    throw new ArtefactError(subject, missing(foundOf(error)), { cause: error });
  }
}

async function look(file: string): Promise<{ readonly size: number; readonly isFile: boolean }> {
  const found = await stat(file);
  return { size: found.size, isFile: found.isFile() };
}

function missing(found: string): ArtefactProblem {
  return {
    reason: 'missing',
    expected: 'a readable file',
    found,
    remedy: 'Put it there, or correct installers.istioctl.sources in meshlift.yaml',
  };
}

async function readHeaders(
  files: Readonly<Record<string, string>>,
  subject: ArtefactSubject,
): Promise<Readonly<Record<string, string>>> {
  const entries = Object.entries(files).map(async ([name, file]) => {
    try {
      return [name, (await readFile(file, 'utf8')).trim()] as const;
    } catch (error) {
      throw new ArtefactError(subject, {
        reason: 'header-missing',
        expected: `the value of the header ${name} in ${file}`,
        found: foundOf(error),
        remedy: 'Put it there, or correct the headers of the source in meshlift.yaml',
      });
    }
  });
  return Object.fromEntries(await Promise.all(entries));
}

interface Opening {
  readonly agent: Dispatcher;
  readonly headers: Readonly<Record<string, string>>;
  readonly subject: ArtefactSubject;
  readonly asked: DownloadRequest;
}

/** Follows redirects by hand: each is held to the same rules, and headers stay with their origin. */
async function openUrl(first: URL, opening: Opening): Promise<Readable> {
  const { agent, headers, subject, asked } = opening;
  const signal = AbortSignal.timeout(WHOLE_TIMEOUT_MS);
  let url = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const {
      statusCode,
      headers: answer,
      body,
    } = await request(url, {
      dispatcher: agent,
      signal,
      // A tarball is compressed already; what a server packs once more has another digest.
      headers: { 'accept-encoding': 'identity', ...(url.origin === first.origin ? headers : {}) },
    });
    if (statusCode === 200) {
      const length = Number(answer['content-length'] ?? 0);
      if (length > asked.maxBytes) throw tooLarge(subject, asked.maxBytes, `${length} bytes`);
      return body;
    }
    if (statusCode < 300 || statusCode >= 400 || typeof answer['location'] !== 'string') {
      throw new ArtefactError(subject, refusal(statusCode));
    }
    await body.dump();
    url = nextUrl(url, answer['location'], subject);
  }
  throw new ArtefactError(subject, {
    reason: 'redirect',
    expected: `at most ${MAX_REDIRECTS} redirects`,
    found: 'more',
    remedy: 'Name the address that they lead to as the url of the source in meshlift.yaml',
  });
}

function nextUrl(from: URL, location: string, subject: ArtefactSubject): URL {
  const next = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (next?.protocol === 'https:') return next;
  if (next?.protocol === 'http:' && isLoopback(next) && isLoopback(from)) return next;
  throw new ArtefactError(subject, {
    reason: 'redirect',
    expected: 'redirects to https only',
    found: next === undefined ? 'one that is no address' : `one to ${showLocation(next.href)}`,
    remedy: 'Name an address that ends at https as the url of the source in meshlift.yaml',
  });
}

const TRANSIENT_STATUS = [408, 425, 429];

function refusal(status: number): ArtefactProblem {
  const transient = status >= 500 || TRANSIENT_STATUS.includes(status);
  return {
    reason: 'http-status',
    expected: 'HTTP 200',
    found: `HTTP ${status}`,
    remedy: transient
      ? 'Try again, and look at the server if it stays so'
      : 'Check that the server has the file and that its url and headers in meshlift.yaml are right',
    transient,
  };
}

async function save(
  body: Readable,
  { to, maxBytes }: DownloadRequest,
  subject: ArtefactSubject,
): Promise<void> {
  try {
    await pipeline(body, limitBytes(maxBytes), createWriteStream(to, { mode: 0o600 }));
  } catch (error) {
    if (error instanceof TooManyBytes) throw tooLarge(subject, maxBytes, 'more');
    throw error;
  }
  const handle = await open(to, 'r+');
  await handle.sync().finally(() => handle.close());
}

function tooLarge(subject: ArtefactSubject, maxBytes: number, found: string): ArtefactError {
  return new ArtefactError(subject, {
    reason: 'too-large',
    expected: `at most ${maxBytes} bytes`,
    found,
    remedy: 'Check that it is the file of one release of Istio',
  });
}

/** The error of a library is not kept as a cause: an address in it may hold a secret. */
function unreachable(error: unknown, subject: ArtefactSubject): ArtefactError {
  return new ArtefactError(subject, {
    reason: 'unreachable',
    expected: 'an answer, to its end',
    found: foundOf(error),
    remedy: 'Check that this machine reaches the server, and try again',
    transient: true,
  });
}

const DISK_CODES = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EFBIG'];

function isDiskTrouble(error: unknown): boolean {
  return DISK_CODES.includes(foundOf(error));
}

function cacheUnusable(error: unknown, subject: ArtefactSubject): ArtefactError {
  return new ArtefactError(subject, {
    reason: 'cache-unusable',
    expected: 'room to write it to the cache',
    found: foundOf(error),
    remedy: 'Make room, or name another folder as installers.istioctl.cache in meshlift.yaml',
    transient: true,
  });
}

function foundOf(error: unknown): string {
  return errorCode(error) ?? 'no answer';
}
