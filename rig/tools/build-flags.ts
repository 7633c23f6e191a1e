import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Family } from './catalog.ts';

/** The folder that holds the family's go.mod and go.sum. */
export function moduleDirOf(family: Family): string {
  return path.join(fileURLToPath(new URL('.', import.meta.url)), family.name);
}

export function buildFlags(family: Family): string[] {
  const variables = Object.entries(family.variables).map(([name, value]) => `-X ${name}=${value}`);
  return [
    '-mod=readonly',
    '-trimpath',
    '-buildvcs=false',
    ...(family.tags.length > 0 ? ['-tags', family.tags.join(',')] : []),
    '-ldflags',
    ['-s', '-w', ...variables].join(' '),
  ];
}

export interface CacheKeyInput {
  readonly family: Family;
  /** What `go version` prints: the toolchain, its system and its architecture. */
  readonly goVersion: string;
  readonly goMod: string;
  readonly goSum: string;
}

/** Changes with whatever could change a binary, and with nothing else. */
export function cacheKey({ family, goVersion, goMod, goSum }: CacheKeyInput): string {
  const parts = [
    goMod,
    goSum,
    goVersion,
    ...buildFlags(family),
    ...family.programs.flatMap((program) => [program.binary, program.package]),
    ...(family.assets?.folders ?? []),
  ];
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return `${family.name}-${hash.slice(0, 16)}`;
}

export function cacheKeyOf(family: Family, goVersion: string): string {
  const dir = moduleDirOf(family);
  const goMod = readFileSync(path.join(dir, 'go.mod'), 'utf8');
  const goSum = readFileSync(path.join(dir, 'go.sum'), 'utf8');
  return cacheKey({ family, goVersion, goMod, goSum });
}
