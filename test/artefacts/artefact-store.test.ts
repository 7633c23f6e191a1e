import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createArtefactStore, type ArtefactStore } from '../../src/artefacts/artefact-store.ts';
import type { ArtefactSettings, ArtefactSource } from '../../src/artefacts/source.ts';
import {
  createSigningKey,
  putSignedTarball,
  serveDirectory,
  tarballName,
  writeTarball,
  type ArtefactServer,
  type SigningKey,
  type TarballFault,
} from '../support/artefact-server.ts';

const VERSION = '1.26.1';
const CONTENT = 'the binary';
const TEMPLATE = 'istio-{version}-{os}-{arch}.tar.gz';

let home: string;
let served: string;
let binary: string;
let key: SigningKey;
let server: ArtefactServer;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'meshlift-test-'));
  served = path.join(home, 'served');
  await mkdir(served);
  binary = path.join(home, 'istioctl');
  await writeFile(binary, CONTENT);
  key = createSigningKey();
  server = await serveDirectory(served);
});

afterEach(async () => {
  await server.close();
  await rm(home, { recursive: true });
});

/** A source that is served, signed with the key, without a digest. */
function signed(more: Partial<ArtefactSource> = {}): ArtefactSource {
  return {
    place: { kind: 'url', url: `${server.url}/${TEMPLATE}`, headers: {} },
    versions: { [VERSION]: {} },
    signature: { suffix: '.sig', publicKeys: [key.publicKey] },
    ...more,
  };
}

function open(source: ArtefactSource, more: Partial<ArtefactSettings> = {}): ArtefactStore {
  const cache = path.join(home, 'cache');
  return createArtefactStore({ sources: [source], cache, blocked: [], ...more });
}

async function put(fault?: TarballFault): Promise<{ file: string; sha256: string }> {
  return putSignedTarball({
    directory: served,
    version: VERSION,
    binary,
    key,
    ...(fault === undefined ? {} : { fault }),
  });
}

/** Every file below the cache, by its path in it. */
async function cached(): Promise<readonly string[]> {
  const cache = path.join(home, 'cache');
  if (!existsSync(cache)) return [];
  const entries = await readdir(cache, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(cache, path.join(entry.parentPath, entry.name)));
}

const digestOf = (content: string | Buffer): string =>
  createHash('sha256').update(content).digest('hex');

describe('a signed tarball that is served', () => {
  it('gives the binary within it, by its own digest and executable', async () => {
    await put();

    const kept = await open(signed()).obtain(VERSION);

    expect(kept.sha256).toBe(digestOf(CONTENT));
    expect(await readFile(kept.path, 'utf8')).toBe(CONTENT);
    expect(path.relative(path.join(home, 'cache'), kept.path)).toBe(
      path.join('binaries', digestOf(CONTENT), 'istioctl'),
    );
    expect((await stat(kept.path)).mode & 0o777).toBe(0o500);
  });

  it('leaves nothing but the fetched files and the binary', async () => {
    await put();
    await open(signed()).obtain(VERSION);

    const names = (await cached()).map((file) => path.basename(file));

    expect(names.toSorted()).toEqual(['artefact', 'istioctl', 'signature']);
  });

  it('is fetched once by those who ask at once', async () => {
    await put();
    const store = open(signed());

    const kept = await Promise.all([1, 2, 3].map(async () => store.obtain(VERSION)));

    expect(new Set(kept.map((each) => each.path)).size).toBe(1);
    expect(server.asked).toHaveLength(2);
  });

  it('comes from the cache in the next process, and is verified there once more', async () => {
    await put();
    const { path: before } = await open(signed()).obtain(VERSION);
    const asked = server.asked.length;

    const kept = await open(signed()).obtain(VERSION);

    expect(kept.path).toBe(before);
    expect(server.asked).toHaveLength(asked);
  });

  it('is fetched anew when what proves it is configured otherwise', async () => {
    const { sha256 } = await put();
    await open(signed()).obtain(VERSION);
    const asked = server.asked.length;

    await open(signed({ versions: { [VERSION]: { sha256 } } })).obtain(VERSION);

    expect(server.asked.length).toBe(asked + 2);
  });

  it('may be signed with Ed25519, and by any of several keys', async () => {
    const other = createSigningKey('ed25519');
    await putSignedTarball({ directory: served, version: VERSION, binary, key: other });
    const publicKeys = [key.publicKey, other.publicKey];

    const kept = await open(signed({ signature: { suffix: '.sig', publicKeys } })).obtain(VERSION);

    expect(kept.sha256).toBe(digestOf(CONTENT));
  });

  it('may have its signature as base64, as cosign writes it', async () => {
    const { file } = await put();
    const signature = await readFile(`${file}.sig`);
    await writeFile(`${file}.sig`, `${signature.toString('base64')}\n`);

    expect((await open(signed()).obtain(VERSION)).sha256).toBe(digestOf(CONTENT));
  });

  it('is tried anew after a failure', async () => {
    const store = open(signed());
    await expect(store.obtain(VERSION)).rejects.toMatchObject({ reason: 'signature-missing' });

    await put();

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
      await put();
      await expect(open(signed()).obtain(VERSION)).resolves.toBeDefined();
      await rm(path.join(home, 'cache'), { recursive: true });
      await put(fault);

      const refused = open(signed()).obtain(VERSION);

      await expect(refused).rejects.toMatchObject({
        name: 'ArtefactError',
        reason,
        version: VERSION,
        where: `${server.url}/${tarballName(VERSION)}${reason === 'signature-missing' ? '.sig' : ''}`,
        transient: false,
        message: expect.stringContaining(found),
      });
      expect((await cached()).filter((file) => path.basename(file) === 'istioctl')).toEqual([]);
      expect(existsSync('/tmp/meshlift-was-here')).toBe(false);
      expect(existsSync(path.join(home, 'meshlift-was-here'))).toBe(false);
    },
  );

  it('a changed file is told from a wrong key where the digest is configured too', async () => {
    const { sha256 } = await put();
    const source = (): ArtefactSource => signed({ versions: { [VERSION]: { sha256 } } });
    await expect(open(source()).obtain(VERSION)).resolves.toBeDefined();
    await rm(path.join(home, 'cache'), { recursive: true });

    await put('tampered');
    const tampered = open(source()).obtain(VERSION);
    await expect(tampered).rejects.toMatchObject({ reason: 'digest-mismatch', expected: `sha256 ${sha256}` });

    const { sha256: now } = await put('wrong-key');
    const other = open(signed({ versions: { [VERSION]: { sha256: now } } })).obtain(VERSION);
    await expect(other).rejects.toMatchObject({
      reason: 'wrong-key',
      found: 'the configured content with a signature by another key',
    });
  });

  it('a digest alone is enough, and is held to', async () => {
    const { file, sha256 } = await put();
    const { place } = signed();
    const source: ArtefactSource = { place, versions: { [VERSION]: { sha256 } } };
    await expect(open(source).obtain(VERSION)).resolves.toBeDefined();
    await rm(path.join(home, 'cache'), { recursive: true });

    await writeFile(file, 'something else');

    await expect(open(source).obtain(VERSION)).rejects.toMatchObject({
      reason: 'digest-mismatch',
      found: `sha256 ${digestOf('something else')}`,
    });
  });

  it('what nothing proves is refused even when the configuration lets it through', async () => {
    await put();
    const { place } = signed();

    const refused = open({ place, versions: { [VERSION]: {} } }).obtain(VERSION);

    await expect(refused).rejects.toMatchObject({ reason: 'signature-missing' });
  });

  it('a tarball without istioctl says where it was looked for', async () => {
    const file = path.join(served, tarballName(VERSION));
    await writeTarball(file, [{ header: { name: 'a/b/c/istioctl' }, content: 'deep' }]);
    await writeFile(`${file}.sig`, key.sign(await readFile(file)));

    await expect(open(signed()).obtain(VERSION)).rejects.toMatchObject({ reason: 'no-binary' });
  });

  it.each([
    ['a tarball', 'tarball'],
    ['a binary', 'binary'],
  ])('%s on the block list is refused with the reason, whoever signed it', async (_, which) => {
    const { sha256 } = await put();
    await expect(open(signed()).obtain(VERSION)).resolves.toBeDefined();
    const blocked = [{ sha256: which === 'tarball' ? sha256 : digestOf(CONTENT), why: 'a back door' }];

    const refused = open(signed(), { blocked }).obtain(VERSION);

    await expect(refused).rejects.toMatchObject({
      reason: 'blocked',
      message: expect.stringContaining('a back door'),
    });
  });
});

describe('the cache', () => {
  it('is not trusted: a changed artefact is noticed by the next process', async () => {
    await put();
    await open(signed()).obtain(VERSION);
    const [artefact = ''] = (await cached()).filter((file) => file.endsWith('artefact'));
    await writeFile(path.join(home, 'cache', artefact), 'other');

    await expect(open(signed()).obtain(VERSION)).rejects.toMatchObject({
      reason: 'cache-changed',
      remedy: expect.stringContaining('is removed it is fetched and verified anew'),
    });
  });

  it('is not trusted: a changed binary is noticed by the next process', async () => {
    await put();
    const { path: file } = await open(signed()).obtain(VERSION);
    await chmod(file, 0o700);
    await writeFile(file, 'other');

    await expect(open(signed()).obtain(VERSION)).rejects.toMatchObject({
      reason: 'cache-changed',
      found: `sha256 ${digestOf('other')}`,
    });
  });

  it('makes good what was removed', async () => {
    await put();
    const { path: file } = await open(signed()).obtain(VERSION);
    await rm(path.join(home, 'cache'), { recursive: true });

    expect((await open(signed()).obtain(VERSION)).path).toBe(file);
    expect(await readFile(file, 'utf8')).toBe(CONTENT);
  });

  it('never uses what a killed process left half done, and removes it after a day', async () => {
    await put();
    const left = path.join(home, 'cache/tmp/left');
    await mkdir(left, { recursive: true });
    await writeFile(path.join(left, 'artefact'), 'half');
    const fresh = path.join(home, 'cache/tmp/fresh');
    await mkdir(fresh);
    await utimes(left, new Date(0), new Date(0));

    await open(signed()).obtain(VERSION);

    expect(await readdir(path.join(home, 'cache/tmp'))).toEqual(['fresh']);
  });

  it('says what is wrong with its folder', async () => {
    await put();
    await writeFile(path.join(home, 'cache'), 'a file');

    await expect(open(signed()).obtain(VERSION)).rejects.toMatchObject({ reason: 'cache-unusable' });
  });
});

describe('a directory', () => {
  it('has the versions whose files lie in it', async () => {
    await put();
    await writeFile(path.join(served, 'README'), 'x');
    const { signature } = signed();
    const place = { kind: 'directory', directory: served, file: TEMPLATE } as const;
    const store = open({ place, ...(signature === undefined ? {} : { signature }) });

    expect(store.versions()).toEqual([VERSION]);
    expect((await store.obtain(VERSION)).sha256).toBe(digestOf(CONTENT));
  });

  it('may have binaries as they are', async () => {
    const file = path.join(served, `istioctl-${VERSION}`);
    await writeFile(file, CONTENT);
    const place = { kind: 'directory', directory: served, file: 'istioctl-{version}' } as const;
    const store = open({ place, versions: { [VERSION]: { sha256: digestOf(CONTENT) } } });

    const kept = await store.obtain(VERSION);

    expect(await readFile(kept.path, 'utf8')).toBe(CONTENT);
    expect((await stat(kept.path)).mode & 0o777).toBe(0o500);
  });

  it('that lacks a file says which one', async () => {
    const place = { kind: 'directory', directory: served, file: TEMPLATE } as const;
    const store = open({ place, versions: { [VERSION]: { sha256: digestOf(CONTENT) } } });

    await expect(store.obtain(VERSION)).rejects.toMatchObject({
      reason: 'missing',
      where: path.join(served, tarballName(VERSION)),
      found: 'ENOENT',
    });
  });
});
