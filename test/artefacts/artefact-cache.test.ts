import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  CONTENT,
  digestOf,
  openArtefactBench,
  TEMPLATE,
  VERSION,
  type ArtefactBench,
} from '../support/artefact-bench.ts';
import { tarballName } from '../support/artefact-server.ts';

let bench: ArtefactBench;

beforeEach(async () => {
  bench = await openArtefactBench();
});

afterEach(() => bench.close());

describe('the cache', () => {
  it('is not trusted: a changed artefact is noticed by the next process', async () => {
    await bench.put();
    await bench.open(bench.signed()).obtain(VERSION);
    const [artefact = ''] = (await bench.cached()).filter((file) => file.endsWith('artefact'));
    await writeFile(path.join(bench.home, 'cache', artefact), 'other');

    await expect(bench.open(bench.signed()).obtain(VERSION)).rejects.toMatchObject({
      reason: 'cache-changed',
      remedy: expect.stringContaining('is removed it is fetched and verified anew'),
    });
  });

  it('is not trusted: a changed binary is noticed by the next process', async () => {
    await bench.put();
    const { path: file } = await bench.open(bench.signed()).obtain(VERSION);
    await chmod(file, 0o700);
    await writeFile(file, 'other');

    await expect(bench.open(bench.signed()).obtain(VERSION)).rejects.toMatchObject({
      reason: 'cache-changed',
      found: `sha256 ${digestOf('other')}`,
    });
  });

  it('is shared by processes that fetch the same at once', async () => {
    await bench.put();

    const kept = await Promise.all(
      [1, 2, 3].map(async () => bench.open(bench.signed()).obtain(VERSION)),
    );

    expect(new Set(kept.map((each) => each.path)).size).toBe(1);
    expect((await bench.cached()).length).toBe(3);
    expect(bench.server.asked).toHaveLength(6);
  });

  it('makes good what was removed', async () => {
    await bench.put();
    const { path: file } = await bench.open(bench.signed()).obtain(VERSION);
    await rm(path.join(bench.home, 'cache'), { recursive: true });

    expect((await bench.open(bench.signed()).obtain(VERSION)).path).toBe(file);
    expect(await readFile(file, 'utf8')).toBe(CONTENT);
  });

  it('never uses what a killed process left half done, and removes it after a day', async () => {
    await bench.put();
    const left = path.join(bench.home, 'cache/tmp/left');
    await mkdir(left, { recursive: true });
    await writeFile(path.join(left, 'artefact'), 'half');
    const fresh = path.join(bench.home, 'cache/tmp/fresh');
    await mkdir(fresh);
    await utimes(left, new Date(0), new Date(0));

    await bench.open(bench.signed()).obtain(VERSION);

    expect(await readdir(path.join(bench.home, 'cache/tmp'))).toEqual(['fresh']);
  });

  it('says what is wrong with its folder', async () => {
    await bench.put();
    await writeFile(path.join(bench.home, 'cache'), 'a file');

    await expect(bench.open(bench.signed()).obtain(VERSION)).rejects.toMatchObject({
      reason: 'cache-unusable',
    });
  });
});

describe('a directory', () => {
  it('has the versions whose files lie in it', async () => {
    await bench.put();
    await writeFile(path.join(bench.served, 'README'), 'x');
    const { signature } = bench.signed();
    const place = { kind: 'directory', directory: bench.served, file: TEMPLATE } as const;
    const store = bench.open({ place, ...(signature === undefined ? {} : { signature }) });

    expect(store.versions()).toEqual([VERSION]);
    expect((await store.obtain(VERSION)).sha256).toBe(digestOf(CONTENT));
  });

  it('may have binaries as they are', async () => {
    const file = path.join(bench.served, `istioctl-${VERSION}`);
    await writeFile(file, CONTENT);
    const place = {
      kind: 'directory',
      directory: bench.served,
      file: 'istioctl-{version}',
    } as const;
    const store = bench.open({ place, versions: { [VERSION]: { sha256: digestOf(CONTENT) } } });

    const kept = await store.obtain(VERSION);

    expect(await readFile(kept.path, 'utf8')).toBe(CONTENT);
    expect((await stat(kept.path)).mode & 0o777).toBe(0o500);
  });

  it('that lacks a file says which one', async () => {
    const place = { kind: 'directory', directory: bench.served, file: TEMPLATE } as const;
    const store = bench.open({ place, versions: { [VERSION]: { sha256: digestOf(CONTENT) } } });

    await expect(store.obtain(VERSION)).rejects.toMatchObject({
      reason: 'missing',
      where: path.join(bench.served, tarballName(VERSION)),
      found: 'ENOENT',
    });
  });
});
