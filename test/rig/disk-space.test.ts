import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Family } from '../../rig/tools/catalog.ts';
import { checkDiskSpace, neededGigabytes, type GoCaches } from '../../rig/tools/disk-space.ts';

const MORE_THAN_ANY_DISK = 1e9;

let dir = '';
let caches: GoCaches = { buildCache: '', moduleCache: '' };

beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'rig-disk-'));
  caches = { buildCache: path.join(dir, 'build'), moduleCache: path.join(dir, 'modules') };
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function family(coldGigabytes: number): Family {
  const mainModule = 'example.com/tool';
  const rest = { title: 'tool', programs: [], tags: [], variables: {}, usualSeconds: 1 };
  return { name: 'tool', mainModule, coldGigabytes, ...rest };
}

it('refuses a build that the disk cannot hold, saying how much is needed and what to do', () => {
  const families = [family(MORE_THAN_ANY_DISK)];
  const check = () => checkDiskSpace({ families, toolsDir: dir, caches });

  expect(check).toThrow(`needs about ${MORE_THAN_ANY_DISK} GB`);
  expect(check).toThrow('set XDG_CACHE_HOME, GOCACHE and GOMODCACHE');
});

it('lets a build pass that the disk can hold, also when its folders do not exist yet', () => {
  const toolsDir = path.join(dir, 'not', 'there');

  expect(() => checkDiskSpace({ families: [family(0)], toolsDir, caches })).not.toThrow();
});

it('asks for little when the module was fetched before', () => {
  expect(neededGigabytes(family(20), caches)).toBe(20);

  mkdirSync(path.join(caches.moduleCache, 'cache', 'download', 'example.com/tool'), {
    recursive: true,
  });

  expect(neededGigabytes(family(20), caches)).toBe(1);
});
