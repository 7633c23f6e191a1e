import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createArtefactStore, type ArtefactStore } from '../../src/artefacts/artefact-store.ts';
import type { ArtefactSettings, ArtefactSource } from '../../src/artefacts/source.ts';
import {
  createSigningKey,
  putSignedTarball,
  serveDirectory,
  type ArtefactServer,
  type SigningKey,
  type TarballFault,
} from './artefact-server.ts';

export const VERSION = '1.26.1';
export const CONTENT = 'the binary';
export const TEMPLATE = 'istio-{version}-{os}-{arch}.tar.gz';

/** A served directory, a binary to pack, a key, and stores with one cache. */
export interface ArtefactBench {
  readonly home: string;
  readonly served: string;
  readonly binary: string;
  readonly key: SigningKey;
  readonly server: ArtefactServer;
  /** A source that is served, signed with the key, without a digest. */
  signed(more?: Partial<ArtefactSource>): ArtefactSource;
  /** A store, as a process of its own has it. */
  open(source: ArtefactSource, more?: Partial<ArtefactSettings>): ArtefactStore;
  put(fault?: TarballFault): Promise<{ readonly file: string; readonly sha256: string }>;
  /** Every file below the cache, by its path in it. */
  cached(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function openArtefactBench(): Promise<ArtefactBench> {
  const home = await mkdtemp(path.join(tmpdir(), 'meshlift-test-'));
  const served = path.join(home, 'served');
  const cache = path.join(home, 'cache');
  const binary = path.join(home, 'istioctl');
  await mkdir(served);
  await writeFile(binary, CONTENT);
  const key = createSigningKey();
  const server = await serveDirectory(served);
  return {
    home,
    served,
    binary,
    key,
    server,
    signed: (more = {}) => ({
      place: { kind: 'url', url: `${server.url}/${TEMPLATE}`, headers: {} },
      versions: { [VERSION]: {} },
      signature: { suffix: '.sig', publicKeys: [key.publicKey] },
      ...more,
    }),
    open: (source, more = {}) =>
      createArtefactStore({ sources: [source], cache, blocked: [], ...more }),
    put: async (fault) =>
      putSignedTarball({
        directory: served,
        version: VERSION,
        binary,
        key,
        ...(fault === undefined ? {} : { fault }),
      }),
    cached: async () => (existsSync(cache) ? filesBelow(cache) : []),
    close: async () => {
      await server.close();
      await rm(home, { recursive: true });
    },
  };
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

export function digestOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
