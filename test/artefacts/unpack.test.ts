import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unpackBinary, UNPACK_LIMITS } from '../../src/artefacts/unpack.ts';
import { writeTarball, type TarEntry } from '../support/artefact-server.ts';

const SUBJECT = { version: '1.26.1', where: 'here' };
const BINARY: TarEntry = { header: { name: 'istio-1.26.1/bin/istioctl' }, content: 'the binary' };
const SHA256 = createHash('sha256').update('the binary').digest('hex');

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'meshlift-test-'));
});

afterEach(() => rm(home, { recursive: true }));

async function archiveOf(...entries: readonly TarEntry[]): Promise<Buffer> {
  const file = path.join(home, 'a.tar.gz');
  await writeTarball(file, entries);
  return readFile(file);
}

describe('taking istioctl out of a tarball', () => {
  it.each(['istioctl', './istioctl', 'bin/istioctl', 'istio-1.26.1/bin/istioctl', 'a/istioctl'])(
    'finds it at %s',
    async (name) => {
      const archive = await archiveOf(
        { header: { name: 'istio-1.26.1/tools/istioctl.bash' }, content: 'completion' },
        { header: { name: 'istio-1.26.1/', type: 'directory' } },
        { ...BINARY, header: { name } },
      );
      const to = path.join(home, 'out');

      expect(await unpackBinary({ archive, to }, SUBJECT)).toBe(SHA256);

      expect(await readFile(to, 'utf8')).toBe('the binary');
    },
  );

  it('takes a name that is longer than a header has room for', async () => {
    const name = `${'x'.repeat(200)}/bin/istioctl`;

    expect(
      await unpackBinary({ archive: await archiveOf({ ...BINARY, header: { name } }) }, SUBJECT),
    ).toBe(SHA256);
  });

  it.each([
    ['a/../../b', 'path-outside'],
    ['..', 'path-outside'],
    ['/etc/cron.d/x', 'path-outside'],
    ['C:/x', 'path-outside'],
    ['a\\..\\b', 'path-outside'],
  ])('refuses the entry %s as %s, also after the binary', async (name, reason) => {
    const archive = await archiveOf(BINARY, { header: { name }, content: 'x' });

    await expect(unpackBinary({ archive }, SUBJECT)).rejects.toMatchObject({ reason });
  });

  it.each([
    ['symlink', 'link'],
    ['link', 'link'],
    ['block-device', 'device'],
    ['fifo', 'device'],
  ] as const)('refuses istioctl itself as a %s', async (type, reason) => {
    const header = { name: 'bin/istioctl', type, linkname: '/bin/sh' };

    await expect(
      unpackBinary({ archive: await archiveOf({ header }) }, SUBJECT),
    ).rejects.toMatchObject({ reason });
  });

  it('refuses a second istioctl: which one would be the right one', async () => {
    const archive = await archiveOf(BINARY, { ...BINARY, header: { name: 'bin/istioctl' } });

    await expect(unpackBinary({ archive }, SUBJECT)).rejects.toMatchObject({
      reason: 'several-binaries',
    });
  });

  it.each([
    ['too many entries', { entries: 2 }, 'too-many-entries'],
    ['more bytes in all', { totalBytes: 3_000 }, 'too-large'],
    ['a larger binary', { binaryBytes: 9 }, 'too-large'],
  ])('refuses %s than are allowed', async (_, limit, reason) => {
    const more: TarEntry = { header: { name: 'a' }, content: 'a'.repeat(2_000) };
    const archive = await archiveOf(BINARY, more, { ...more, header: { name: 'b' } });
    expect(await unpackBinary({ archive }, SUBJECT)).toBe(SHA256);

    const refused = unpackBinary({ archive, limits: { ...UNPACK_LIMITS, ...limit } }, SUBJECT);

    await expect(refused).rejects.toMatchObject({ reason });
  });

  it('stops a small file that unpacks to an endless one', async () => {
    const archive = await archiveOf(BINARY, {
      header: { name: 'a' },
      content: '0'.repeat(20_000_000),
    });
    expect(archive.length).toBeLessThan(200_000);

    const limits = { ...UNPACK_LIMITS, totalBytes: 1_000_000 };

    await expect(unpackBinary({ archive, limits }, SUBJECT)).rejects.toMatchObject({
      reason: 'too-large',
    });
  });

  it.each([
    ['is no archive', (): Buffer => Buffer.from('not at all')],
    ['ends in the middle', (good: Buffer): Buffer => good.subarray(0, good.length - 20)],
  ])('says that a file %s', async (_, damage) => {
    const archive = damage(await archiveOf(BINARY));

    await expect(unpackBinary({ archive }, SUBJECT)).rejects.toMatchObject({
      reason: 'unreadable-archive',
    });
  });

  it('writes nothing when it is only looked through', async () => {
    await unpackBinary({ archive: await archiveOf(BINARY) }, SUBJECT);

    expect(existsSync(path.join(home, 'istioctl'))).toBe(false);
  });
});
