import { existsSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../user-error.ts';
import type { Family } from './catalog.ts';

export interface GoCaches {
  readonly buildCache: string;
  readonly moduleCache: string;
}

export interface DiskSpaceInput {
  readonly families: readonly Family[];
  readonly toolsDir: string;
  readonly caches: GoCaches;
}

const GIGABYTE = 1e9;
/** Binaries and temporary files of a build whose modules are already there. */
const WARM_GIGABYTES = 1;

/** A full disk in the middle of a link gives messages that nobody can read; better to say so before. */
export function checkDiskSpace({ families, toolsDir, caches }: DiskSpaceInput): void {
  const needed = families.reduce((sum, family) => sum + neededGigabytes(family, caches), 0);
  for (const dir of [toolsDir, caches.buildCache, caches.moduleCache]) {
    const free = freeGigabytes(dir);
    if (free >= needed) continue;
    throw new UserError(
      `building the tools needs about ${Math.ceil(needed)} GB, but ${dir} is on a disk with ${free.toFixed(1)} GB free; ` +
        'make room, or set XDG_CACHE_HOME, GOCACHE and GOMODCACHE to folders on a larger disk',
    );
  }
}

/** A family whose main module was fetched before has most likely been compiled before, too. */
export function neededGigabytes(family: Family, { moduleCache }: GoCaches): number {
  const fetched = existsSync(path.join(moduleCache, 'cache', 'download', family.mainModule));
  return fetched ? WARM_GIGABYTES : family.coldGigabytes;
}

function freeGigabytes(dir: string): number {
  const existing = nearestExisting(dir);
  const { bavail, bsize } = statfsSync(existing);
  return (bavail * bsize) / GIGABYTE;
}

function nearestExisting(dir: string): string {
  return existsSync(dir) || path.dirname(dir) === dir ? dir : nearestExisting(path.dirname(dir));
}
