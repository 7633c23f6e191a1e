import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from './error-code.ts';
import { isSameProcess, ownIdentity, type ProcessIdentity } from './process-identity.ts';

export interface LockOptions {
  readonly file: string;
  /** Called once when another process holds the lock. */
  readonly onWait?: (holder: ProcessIdentity) => void;
  readonly signal?: AbortSignal | undefined;
}

const RETRY_MS = 250;

/** Runs `work` while no other process on this machine holds the file; a dead holder's lock is taken over. */
export async function withLock<T>(options: LockOptions, work: () => Promise<T>): Promise<T> {
  await acquire(options);
  try {
    return await work();
  } finally {
    rmSync(options.file, { force: true });
  }
}

async function acquire({ file, onWait, signal }: LockOptions): Promise<void> {
  mkdirSync(path.dirname(file), { recursive: true });
  for (let announced = false; !tryAcquire(file); announced = true) {
    const holder = readHolder(file);
    if (holder === undefined || !isSameProcess(holder)) {
      removeStale(file, holder);
      continue;
    }
    if (!announced) onWait?.(holder);
    await delay(RETRY_MS, undefined, signal === undefined ? {} : { signal });
  }
}

/** A hard link appears whole or not at all, so nobody reads a lock without its holder. */
function tryAcquire(file: string): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(ownIdentity()));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Moved aside first: of two processes that saw the same dead holder only one removes it. */
function removeStale(file: string, seen: ProcessIdentity | undefined): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  if (moved !== undefined && moved.startTime !== seen?.startTime) putBack(aside, file);
  rmSync(aside, { force: true });
}

function putBack(aside: string, file: string): void {
  try {
    linkSync(aside, file);
  } catch {
    // A third process holds it by now; two holders only build the same thing twice.
  }
}

function readHolder(file: string): ProcessIdentity | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isIdentity(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isIdentity(value: unknown): value is ProcessIdentity {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'startTime' in value &&
    typeof value.startTime === 'string'
  );
}
