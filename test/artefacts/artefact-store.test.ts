import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ArtefactSource } from '../../src/artefacts/source.ts';
import {
  CONTENT,
  digestOf,
  openArtefactBench,
  VERSION,
  type ArtefactBench,
} from '../support/artefact-bench.ts';
import {
  createSigningKey,
  putSignedTarball,
  tarballName,
  writeTarball,
  type TarballFault,
} from '../support/artefact-server.ts';

let bench: ArtefactBench;

beforeEach(async () => {
  bench = await openArtefactBench();
});

afterEach(() => bench.close());

describe('a signed tarball that is served', () => {
  it('gives the binary within it, by its own digest and executable', async () => {
    await bench.put();

    const kept = await bench.open(bench.signed()).obtain(VERSION);

    expect(kept.sha256).toBe(digestOf(CONTENT));
    expect(await readFile(kept.path, 'utf8')).toBe(CONTENT);
    expect(path.relative(path.join(bench.home, 'cache'), kept.path)).toBe(
      path.join('binaries', digestOf(CONTENT), 'istioctl'),
    );
    expect((await stat(kept.path)).mode & 0o777).toBe(0o500);
  });

  it('leaves nothing but the fetched files and the binary', async () => {
    await bench.put();
    await bench.open(bench.signed()).obtain(VERSION);

    const names = (await bench.cached()).map((file) => path.basename(file));

    expect(names.toSorted()).toEqual(['artefact', 'istioctl', 'signature']);
  });

  it('is fetched once by those who ask at once', async () => {
    await bench.put();
    const store = bench.open(bench.signed());

    const kept = await Promise.all([1, 2, 3].map(async () => store.obtain(VERSION)));

    expect(new Set(kept.map((each) => each.path)).size).toBe(1);
    expect(bench.server.asked).toHaveLength(2);
  });

  it('comes from the cache in the next process, and is verified there once more', async () => {
    await bench.put();
    const { path: before } = await bench.open(bench.signed()).obtain(VERSION);
    const asked = bench.server.asked.length;

    const kept = await bench.open(bench.signed()).obtain(VERSION);

    expect(kept.path).toBe(before);
    expect(bench.server.asked).toHaveLength(asked);
  });

  it('is fetched anew when what proves it is configured otherwise', async () => {
    const { sha256 } = await bench.put();
    await bench.open(bench.signed()).obtain(VERSION);
    const asked = bench.server.asked.length;

    await bench.open(bench.signed({ versions: { [VERSION]: { sha256 } } })).obtain(VERSION);

    expect(bench.server.asked.length).toBe(asked + 2);
  });

  it('may be signed with Ed25519, and by any of several keys', async () => {
    const other = createSigningKey('ed25519');
    await putSignedTarball({
      directory: bench.served,
      version: VERSION,
      binary: bench.binary,
      key: other,
    });
    const publicKeys = [bench.key.publicKey, other.publicKey];

    const kept = await bench
      .open(bench.signed({ signature: { suffix: '.sig', publicKeys } }))
      .obtain(VERSION);

    expect(kept.sha256).toBe(digestOf(CONTENT));
  });

  it.each([
    ['cosign writes it', Number.POSITIVE_INFINITY],
    ['openssl enc -base64 writes it, in lines', 64],
  ])('may have its signature as base64, as %s', async (_who, width) => {
    const { file } = await bench.put();
    const signature = await readFile(`${file}.sig`);
    const text = signature.toString('base64');
    const cut = Math.min(width, text.length);
    await writeFile(`${file}.sig`, `${text.slice(0, cut)}\n${text.slice(cut)}\n`);

    expect((await bench.open(bench.signed()).obtain(VERSION)).sha256).toBe(digestOf(CONTENT));
  });

  it('is tried anew after a failure', async () => {
    const store = bench.open(bench.signed());
    await expect(store.obtain(VERSION)).rejects.toMatchObject({ reason: 'signature-missing' });

    await bench.put();

    expect((await store.obtain(VERSION)).sha256).toBe(digestOf(CONTENT));
  });
});

describe('what is not as it must be', () => {
  const REFUSED: readonly (readonly [TarballFault, string, string])[] = [
    ['tampered', 'signature-mismatch', 'the file was changed, or another key signed it'],
    ['wrong-key', 'signature-mismatch', 'the file was changed, or another key signed it'],
    ['missing-signature', 'signature-missing', 'expected a signature, found HTTP 404'],
    ['parent-path', 'path-outside', 'found the entry "../../meshlift-was-here"'],
    ['absolute-path', 'path-outside', 'found the entry "/tmp/meshlift-was-here"'],
    ['symlink', 'link', 'found the symbolic link "istio/link" to "/etc/passwd"'],
    ['hardlink', 'link', 'found the hard link "istio/link" to "/etc/passwd"'],
    ['device', 'device', 'found the character-device "istio/device"'],
  ];

  it.each(REFUSED)(
    '%s: is refused as %s, and nothing is unpacked',
    async (fault, reason, found) => {
      await bench.put();
      await expect(bench.open(bench.signed()).obtain(VERSION)).resolves.toBeDefined();
      await rm(path.join(bench.home, 'cache'), { recursive: true });
      await bench.put(fault);

      const refused = bench.open(bench.signed()).obtain(VERSION);

      await expect(refused).rejects.toMatchObject({
        name: 'ArtefactError',
        reason,
        version: VERSION,
        where: `${bench.server.url}/${tarballName(VERSION)}${reason === 'signature-missing' ? '.sig' : ''}`,
        transient: false,
        message: expect.stringContaining(found),
      });
      expect((await bench.cached()).filter((file) => path.basename(file) === 'istioctl')).toEqual(
        [],
      );
      expect(existsSync('/tmp/meshlift-was-here')).toBe(false);
      expect(existsSync(path.join(bench.home, 'meshlift-was-here'))).toBe(false);
    },
  );

  it.each([
    ['empty', ''],
    ['a text', 'not a signature'],
    ['base64 of something', 'aGVsbG8='],
  ])('a signature that is %s does not hold', async (_, text) => {
    const { file } = await bench.put();
    await writeFile(`${file}.sig`, text);

    await expect(bench.open(bench.signed()).obtain(VERSION)).rejects.toMatchObject({
      reason: 'signature-mismatch',
    });
  });

  it('a changed file is told from a wrong key where the digest is configured too', async () => {
    const { sha256 } = await bench.put();
    const source = (): ArtefactSource => bench.signed({ versions: { [VERSION]: { sha256 } } });
    await expect(bench.open(source()).obtain(VERSION)).resolves.toBeDefined();
    await rm(path.join(bench.home, 'cache'), { recursive: true });

    await bench.put('tampered');
    const tampered = bench.open(source()).obtain(VERSION);
    await expect(tampered).rejects.toMatchObject({
      reason: 'digest-mismatch',
      expected: `sha256 ${sha256}`,
    });

    const { sha256: now } = await bench.put('wrong-key');
    const other = bench
      .open(bench.signed({ versions: { [VERSION]: { sha256: now } } }))
      .obtain(VERSION);
    await expect(other).rejects.toMatchObject({
      reason: 'wrong-key',
      found: 'the configured content with a signature by another key',
    });
  });

  it('a digest alone is enough, and is held to', async () => {
    const { file, sha256 } = await bench.put();
    const { place } = bench.signed();
    const source: ArtefactSource = { place, versions: { [VERSION]: { sha256 } } };
    await expect(bench.open(source).obtain(VERSION)).resolves.toBeDefined();
    await rm(path.join(bench.home, 'cache'), { recursive: true });

    await writeFile(file, 'something else');

    await expect(bench.open(source).obtain(VERSION)).rejects.toMatchObject({
      reason: 'digest-mismatch',
      found: `sha256 ${digestOf('something else')}`,
    });
  });

  it('what nothing proves is refused even when the configuration lets it through', async () => {
    await bench.put();
    const { place } = bench.signed();

    const refused = bench.open({ place, versions: { [VERSION]: {} } }).obtain(VERSION);

    await expect(refused).rejects.toMatchObject({ reason: 'signature-missing' });
  });

  it('a tarball without istioctl says where it was looked for', async () => {
    const file = path.join(bench.served, tarballName(VERSION));
    await writeTarball(file, [{ header: { name: 'a/b/c/istioctl' }, content: 'deep' }]);
    await writeFile(`${file}.sig`, bench.key.sign(await readFile(file)));

    await expect(bench.open(bench.signed()).obtain(VERSION)).rejects.toMatchObject({
      reason: 'no-binary',
    });
  });

  it.each([
    ['a tarball', 'tarball'],
    ['a binary', 'binary'],
  ])('%s on the block list is refused with the reason, whoever signed it', async (_, which) => {
    const { sha256 } = await bench.put();
    await expect(bench.open(bench.signed()).obtain(VERSION)).resolves.toBeDefined();
    const blocked = [
      { sha256: which === 'tarball' ? sha256 : digestOf(CONTENT), why: 'a back door' },
    ];

    const refused = bench.open(bench.signed(), { blocked }).obtain(VERSION);

    await expect(refused).rejects.toMatchObject({
      reason: 'blocked',
      message: expect.stringContaining('a back door'),
    });
  });
});
