import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ArtefactError } from '../../src/artefacts/artefact-error.ts';
import type { ArtefactStore } from '../../src/artefacts/artefact-store.ts';
import { createCommandRunner } from '../../src/clients/command-runner.ts';
import { createBinaryStore, type BinaryStore } from '../../src/installers/istioctl/binaries.ts';
import { assertPrintedVersion } from '../../src/installers/istioctl/printed-version.ts';
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
    const many = createBinaryStore(
      { '1.10.0': binary, '1.9.1': binary, '1.26.1': binary },
      { checkVersion },
    );

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

describe('binaries of sources', () => {
  const kept = async (content = GOOD): Promise<{ path: string; sha256: string }> => {
    const path = file;
    await writeFile(path, content);
    return { path, sha256: createHash('sha256').update(content).digest('hex') };
  };

  /** Sources that have 1.26.1 and 1.27.0. */
  function sources(
    obtain = async (_version: string) => kept(),
  ): ArtefactStore & { asked: string[] } {
    const asked: string[] = [];
    return {
      asked,
      versions: () => ['1.26.1', '1.27.0'],
      obtain: async (version) => {
        asked.push(version);
        return obtain(version);
      },
      assertAllowed: () => undefined,
      forget: () => undefined,
    };
  }

  it('supply the versions that have no path, and those alone', async () => {
    const artefacts = sources();
    const binary = { path: file, sha256: SHA256 };
    const both = createBinaryStore({ '1.26.1': binary }, { artefacts, checkVersion });

    expect(both.versions()).toEqual(['1.26.1', '1.27.0']);
    expect(await both.verified(VERSION)).toBe(file);
    expect(artefacts.asked).toEqual([]);
    expect(await both.verified(istioVersion('1.27.0'))).toBe(file);
    expect(artefacts.asked).toEqual(['1.27.0']);
    await expect(both.verified(istioVersion('1.28.0'))).rejects.toMatchObject({
      reason: 'not-configured',
      message: expect.stringContaining('1.26.1, 1.27.0'),
    });
  });

  it('have the digest of the binary that was fetched', async () => {
    const both = createBinaryStore({}, { artefacts: sources(), checkVersion });

    expect(await both.digest(VERSION)).toBe(`sha256:${SHA256}`);
  });

  it('are compared at each use with what was verified', async () => {
    const artefacts = sources(async () => ({ path: file, sha256: SHA256 }));
    const both = createBinaryStore({}, { artefacts, checkVersion });
    await both.verified(VERSION);

    await writeFile(file, 'the Binary');

    await expect(both.verified(VERSION)).rejects.toMatchObject({
      reason: 'changed',
      remedy: expect.stringContaining('is removed it is fetched and verified anew'),
    });
  });

  it('are had anew when they are gone', async () => {
    let first = true;
    const forgotten: string[] = [];
    const artefacts = {
      ...sources(async () => {
        if (!first) await writeFile(file, GOOD);
        first = false;
        return { path: file, sha256: SHA256 };
      }),
      forget: (version: string) => void forgotten.push(version),
    };
    await rm(file);

    const path = await createBinaryStore({}, { artefacts, checkVersion }).verified(VERSION);

    expect(path).toBe(file);
    expect(forgotten).toEqual(['1.26.1']);
  });

  it('keep nobody waiting who is aborted', async () => {
    const never = Promise.withResolvers<{ path: string; sha256: string }>();
    const both = createBinaryStore({}, { artefacts: sources(() => never.promise), checkVersion });
    const abort = new AbortController();

    const asked = both.verified(VERSION, abort.signal);
    abort.abort(new Error('enough'));

    await expect(asked).rejects.toThrow('enough');
  });

  it('are refused when they are on the block list, and so are those with a path', async () => {
    const assertAllowed = (): never => {
      throw new ArtefactError(
        { version: '1.26.1', where: file },
        { reason: 'blocked', expected: 'x', found: 'y', remedy: 'z' },
      );
    };
    const artefacts = { ...sources(), assertAllowed };
    const binary = { path: file, sha256: SHA256 };
    const both = createBinaryStore({ '1.26.1': binary }, { artefacts, checkVersion });

    await expect(both.verified(VERSION)).rejects.toMatchObject({ reason: 'blocked' });
  });
});

describe('the version that a binary prints', () => {
  const commands = createCommandRunner();

  async function program(text: string): Promise<string> {
    await writeFile(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    await chmod(file, 0o755);
    return file;
  }

  it('is the one that it is asked for', async () => {
    const path = await program(`echo '{"clientVersion":{"version":"1.26.1"}}'`);

    await expect(
      assertPrintedVersion(commands, { path, version: VERSION }),
    ).resolves.toBeUndefined();
  });

  it.each([
    [`echo '{"clientVersion":{"version":"1.26.0"}}'`, 'found 1.26.0'],
    ['echo hello', 'found no version in "hello'],
    ['exit 3', 'found a program that does not run'],
  ])('is told when it is another: %s', async (text, message) => {
    const path = await program(text);

    await expect(assertPrintedVersion(commands, { path, version: VERSION })).rejects.toMatchObject({
      reason: 'wrong-version',
      expected: '1.26.1',
      message: expect.stringContaining(message),
    });
  });

  it('is asked for once for each content', async () => {
    const asked: string[] = [];
    const counting = createBinaryStore(
      { '1.26.1': { path: file, sha256: SHA256 } },
      { checkVersion: async ({ version }) => void asked.push(version) },
    );

    await counting.verified(VERSION);
    await counting.verified(VERSION);

    expect(asked).toEqual(['1.26.1']);
  });

  it('keeps a binary of another version from being used', async () => {
    const refusing = createBinaryStore(
      { '1.26.1': { path: file, sha256: SHA256 } },
      { checkVersion: async () => Promise.reject(new Error('another version')) },
    );

    await expect(refusing.verified(VERSION)).rejects.toThrow('another version');
    await expect(refusing.verified(VERSION)).rejects.toThrow('another version');
  });
});
