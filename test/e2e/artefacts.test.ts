import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { ensureTools } from '../../rig/build-tools.ts';
import { createInstaller } from '../../src/activities/mesh-services.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { MeshInstaller, RenderRequest } from '../../src/installers/installer.ts';
import { istioVersion } from '../installers/support.ts';
import {
  createSigningKey,
  putSignedTarball,
  serveDirectory,
  type ArtefactServer,
} from '../support/artefact-server.ts';
import { SETUP_TIMEOUT_MS } from './support/bench.ts';

const [OLD, NEW] = [istioVersion('1.25.1'), istioVersion('1.26.1')];
const RENDER_TIMEOUT_MS = 120_000;
const key = createSigningKey();
const { signal } = new AbortController();

let home: string;
let served: string;
let server: ArtefactServer;
let binaries: Readonly<Record<string, string>>;

beforeAll(async () => {
  const { istio } = await ensureTools({ families: ['istio-1.25.1', 'istio-1.26.1'] });
  binaries = Object.fromEntries(
    Object.entries(istio).map(([version, { istioctl }]) => [version, istioctl]),
  );
  home = await mkdtemp(path.join(tmpdir(), 'meshlift-artefacts-'));
  served = path.join(home, 'served');
  await mkdir(served);
  server = await serveDirectory(served);
  for (const version of [OLD, NEW]) {
    await putSignedTarball({ directory: served, version, binary: binaryOf(version), key });
  }
}, SETUP_TIMEOUT_MS);

afterAll(async () => {
  await server.close();
  await rm(home, { recursive: true });
});

function binaryOf(version: string): string {
  const binary = binaries[version];
  if (binary === undefined) throw new Error(`istioctl ${version} has not been built`);
  return binary;
}

async function sha256Of(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

/** The installer of a configuration with these entries, as a worker has it. */
async function installerOf(istioctl: object): Promise<MeshInstaller> {
  const file = path.join(home, 'meshlift.yaml');
  const clusters = { demo: { kubeconfig: 'none' } };
  const installers = { istioctl: { cache: 'cache', ...istioctl } };
  await writeFile(file, stringify({ apiVersion: 'meshlift.dev/v1alpha1', clusters, installers }));
  return createInstaller(loadConfig(file));
}

async function fromServer(): Promise<MeshInstaller> {
  const source = {
    url: `${server.url}/istio-{version}-{os}-{arch}.tar.gz`,
    versions: { [OLD]: {}, [NEW]: {} },
    signature: { publicKeys: [key.publicKey] },
  };
  return installerOf({ sources: [source] });
}

const REQUEST: RenderRequest = {
  version: NEW,
  revision: '1-26-1',
  meshNamespace: 'istio-system',
  configuration: { spec: { profile: 'minimal' }, source: 'recorded', unknowns: [] },
};

describe('istioctl out of a signed tarball that is served', () => {
  it(
    'renders what the same istioctl renders from its path',
    async () => {
      const sha256 = await sha256Of(binaryOf(NEW));
      const local = await installerOf({ binaries: { [NEW]: { path: binaryOf(NEW), sha256 } } });
      const wanted = await local.render(REQUEST, signal);
      expect(wanted.objects.length).toBeGreaterThan(20);

      const installer = await fromServer();
      const rendered = await installer.render(REQUEST, signal);

      expect(rendered).toEqual(wanted);
      expect(await installer.binaryDigest(NEW)).toBe(`sha256:${sha256}`);
    },
    RENDER_TIMEOUT_MS,
  );

  it(
    'is fetched once for as many renders as there are',
    async () => {
      await rm(path.join(home, 'cache'), { recursive: true, force: true });
      const installer = await fromServer();
      const before = server.asked.length;

      await Promise.all([
        installer.render(REQUEST, signal),
        installer.render({ ...REQUEST, revision: 'other' }, signal),
      ]);

      expect(server.asked.length - before).toBe(2);
    },
    RENDER_TIMEOUT_MS,
  );

  it(
    'is not used when it prints another version than it is asked for',
    async () => {
      await rm(path.join(home, 'cache'), { recursive: true, force: true });
      await putSignedTarball({ directory: served, version: NEW, binary: binaryOf(OLD), key });

      const rendered = (await fromServer()).render(REQUEST, signal);

      await expect(rendered).rejects.toMatchObject({
        reason: 'wrong-version',
        expected: '1.26.1',
        found: '1.25.1',
      });
    },
    RENDER_TIMEOUT_MS,
  );

  it.each([
    ['tampered', 'signature-mismatch'],
    ['wrong-key', 'signature-mismatch'],
    ['missing-signature', 'signature-missing'],
    ['parent-path', 'path-outside'],
    ['symlink', 'link'],
  ] as const)(
    'renders nothing from a tarball that is %s: %s',
    async (fault, reason) => {
      const cache = path.join(home, 'cache');
      await rm(cache, { recursive: true, force: true });
      await putSignedTarball({
        directory: served,
        version: NEW,
        binary: binaryOf(NEW),
        key,
        fault,
      });

      const rendered = (await fromServer()).render(REQUEST, signal);

      await expect(rendered).rejects.toMatchObject({ name: 'ArtefactError', reason });
      expect(await readdir(cache)).not.toContain('binaries');
    },
    RENDER_TIMEOUT_MS,
  );
});
