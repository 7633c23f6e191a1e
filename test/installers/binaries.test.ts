import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createBinaryStore, type BinaryStore } from '../../src/installers/istioctl/binaries.ts';
import { istioVersion } from './support.ts';

const VERSION = istioVersion('1.26.1');
const GOOD = 'the binary';
const SHA256 = createHash('sha256').update(GOOD).digest('hex');

const checkVersion = async (): Promise<void> => undefined;

let directory: string;
let file: string;
let store: BinaryStore;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'meshlift-test-'));
  file = path.join(directory, 'istioctl');
  await writeFile(file, GOOD);
  store = createBinaryStore({ '1.26.1': { path: file, sha256: SHA256 } }, { checkVersion });
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('the store of installer binaries', () => {
  it('gives the path of a binary that is what was configured', async () => {
    expect(await store.verified(VERSION)).toBe(file);
    expect(await store.digest(VERSION)).toBe(`sha256:${SHA256}`);
  });

  it('takes digests with a prefix and in capitals', async () => {
    const sha256 = `sha256:${SHA256.toUpperCase()}`;
    const other = createBinaryStore({ '1.26.1': { path: file, sha256 } }, { checkVersion });

    expect(await other.verified(VERSION)).toBe(file);
    expect(await other.digest(VERSION)).toBe(`sha256:${SHA256}`);
  });

  it('lists versions in their order', () => {
    const binary = { path: file, sha256: SHA256 };
    const many = createBinaryStore({ '1.10.0': binary, '1.9.1': binary, '1.26.1': binary }, { checkVersion });

    expect(many.versions()).toEqual(['1.9.1', '1.10.0', '1.26.1']);
  });

  it('notices a binary that was replaced by another of the same size and time', async () => {
    await store.verified(VERSION);
    const replacement = path.join(directory, 'new');
    await writeFile(replacement, 'the Binary');
    const time = new Date('2026-01-01');
    await utimes(file, time, time);
    await store.verified(VERSION);
    await utimes(replacement, time, time);
    await rename(replacement, file);

    await expect(store.verified(VERSION)).rejects.toMatchObject({
      name: 'InstallerBinaryError',
      reason: 'changed',
      path: file,
      expected: SHA256,
      found: createHash('sha256').update('the Binary').digest('hex'),
    });
  });

  it('notices a binary that was overwritten in place', async () => {
    await store.verified(VERSION);

    await writeFile(file, 'the Binary');

    await expect(store.verified(VERSION)).rejects.toMatchObject({ reason: 'changed' });
  });

  it('trusts it again when it is put back', async () => {
    await writeFile(file, 'other');
    await expect(store.verified(VERSION)).rejects.toMatchObject({ reason: 'changed' });

    await writeFile(file, GOOD);

    expect(await store.verified(VERSION)).toBe(file);
  });

  it('says that a file is missing', async () => {
    await rm(file);

    await expect(store.verified(VERSION)).rejects.toMatchObject({ reason: 'missing', path: file });
  });

  it('says which versions there are when one is not configured', async () => {
    await expect(store.verified(istioVersion('1.27.0'))).rejects.toMatchObject({
      reason: 'not-configured',
      message: expect.stringContaining('1.26.1'),
    });
  });
});
