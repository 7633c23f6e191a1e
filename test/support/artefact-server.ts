import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack, type Header } from 'tar-stream';

/** Files served over HTTP on loopback. */
export interface ArtefactServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** The requests so far, oldest first. */
  readonly asked: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  close(): Promise<void>;
}

/** Serves the files of a directory as they are at each request; 404 for what is not there. */
export async function serveDirectory(directory: string): Promise<ArtefactServer> {
  const asked: { path: string; headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    asked.push({ path: request.url ?? '/', headers: request.headers });
    const file = path.join(directory, path.basename(decodeURIComponent(pathname)));
    stat(file).then(
      ({ size }) => {
        response.writeHead(200, { 'content-length': size });
        createReadStream(file).pipe(response);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface SigningKey {
  /** PEM, as `meshlift.yaml` takes it. */
  readonly publicKey: string;
  /** The detached signature of `openssl dgst -sha256 -sign` or, for Ed25519, `openssl pkeyutl -rawin`. */
  sign(content: Buffer): Buffer;
}

/** A new key pair. */
export function createSigningKey(kind: 'ecdsa-p256' | 'ed25519' = 'ecdsa-p256'): SigningKey {
  const { publicKey, privateKey } =
    kind === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    publicKey: pemOf(publicKey),
    sign: (content) => sign(kind === 'ed25519' ? undefined : 'sha256', content, privateKey),
  };
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

/** One entry of a tarball: `content` may be a file that is read. */
export interface TarEntry {
  readonly header: Partial<Header> & Pick<Header, 'name'>;
  readonly content?: string | { readonly file: string };
}

/** Writes a gzipped tarball with these entries, as they are: names are not looked at. */
export async function writeTarball(file: string, entries: readonly TarEntry[]): Promise<void> {
  const packer = pack();
  const written = pipeline(
    Readable.from(packer),
    createGzip({ level: 1 }),
    createWriteStream(file, { flags: 'w' }),
  );
  for (const { header, content = '' } of entries) {
    const bytes = typeof content === 'string' ? content : await readFile(content.file);
    packer.entry({ mode: 0o755, ...header }, bytes);
  }
  packer.finalize();
  await written;
}

/** What is wrong with a signed tarball; all but the first three have a signature that holds. */
export const TARBALL_FAULTS = [
  'tampered',
  'wrong-key',
  'missing-signature',
  'parent-path',
  'absolute-path',
  'symlink',
  'hardlink',
  'device',
] as const;
export type TarballFault = (typeof TARBALL_FAULTS)[number];

/** Where an entry of a hostile tarball would land, were it unpacked beside the tarball. */
const OUTSIDE = 'meshlift-was-here';

const HOSTILE: Readonly<Partial<Record<TarballFault, TarEntry>>> = {
  'parent-path': { header: { name: `../../${OUTSIDE}` }, content: 'escaped' },
  'absolute-path': { header: { name: `/tmp/${OUTSIDE}` }, content: 'escaped' },
  symlink: { header: { name: 'istio/link', type: 'symlink', linkname: '/etc/passwd' } },
  hardlink: { header: { name: 'istio/link', type: 'link', linkname: '/etc/passwd' } },
  device: { header: { name: 'istio/device', type: 'character-device', devmajor: 1, devminor: 3 } },
};

export interface SignedTarballRequest {
  readonly directory: string;
  readonly version: string;
  /** The istioctl that is packed. */
  readonly binary: string;
  readonly key: SigningKey;
  readonly fault?: TarballFault;
}

/** The name that `istio-{version}-{os}-{arch}.tar.gz` stands for on this machine. */
export function tarballName(version: string): string {
  const os = process.platform === 'darwin' ? 'osx' : 'linux';
  return `istio-${version}-${os}-${process.arch === 'x64' ? 'amd64' : process.arch}.tar.gz`;
}

/**
 * Puts a release's tarball with its `.sig` into a directory, good or with one fault, in place of the
 * one that is there. Returns the tarball's path and the sha256 of what was signed.
 */
export async function putSignedTarball({
  directory,
  version,
  binary,
  key,
  fault,
}: SignedTarballRequest): Promise<{ readonly file: string; readonly sha256: string }> {
  const file = path.join(directory, tarballName(version));
  const hostile = fault === undefined ? undefined : HOSTILE[fault];
  await writeTarball(file, [
    { header: { name: `istio-${version}/README.md` }, content: 'a release' },
    ...(hostile === undefined ? [] : [hostile]),
    { header: { name: `istio-${version}/bin/istioctl` }, content: { file: binary } },
  ]);
  const good = await readFile(file);
  const signer = fault === 'wrong-key' ? createSigningKey() : key;
  if (fault === 'missing-signature') await rm(`${file}.sig`, { force: true });
  else await writeFile(`${file}.sig`, signer.sign(good));
  if (fault === 'tampered') await writeFile(file, tamper(good));
  return { file, sha256: createHash('sha256').update(good).digest('hex') };
}

/** One bit is another. */
function tamper(content: Buffer): Buffer {
  const changed = Buffer.from(content);
  const at = Math.floor(changed.length / 2);
  changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
  return changed;
}
