import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { download } from '../../src/artefacts/download.ts';

const MAX_BYTES = 100_000;

let home: string;
let server: Server;
let url: string;
let answer: (path: string, response: ServerResponse) => void;
let seen: { readonly path: string; readonly token: string | undefined }[];

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'meshlift-test-'));
  seen = [];
  server = createServer((request, response) => {
    const token = request.headers['x-token'];
    seen.push({ path: request.url ?? '', token: typeof token === 'string' ? token : undefined });
    answer(request.url ?? '', response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${portOf(server)}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(home, { recursive: true });
});

function portOf(listening: Server): number {
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function get(location: string, headers: Record<string, string> = {}): Promise<string> {
  const to = path.join(home, 'fetched');
  const place = { kind: 'url', url: location, headers } as const;
  await download({ place, location, version: '1.26.1', to, maxBytes: MAX_BYTES });
  return readFile(to, 'utf8');
}

it('follows redirects, and sends headers to the first host alone', async () => {
  const file = path.join(home, 'token');
  await writeFile(file, 'hush\n');
  const other = createServer((request, response) => {
    seen.push({ path: request.url ?? '', token: request.headers['x-token']?.toString() });
    response.end('there');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  answer = (_, response) =>
    response.writeHead(302, { location: `http://127.0.0.1:${portOf(other)}/b` }).end();

  const got = await get(`${url}/a`, { 'x-token': file });
  other.closeAllConnections();
  await new Promise((resolve) => other.close(resolve));

  expect(got).toBe('there');
  expect(seen).toEqual([
    { path: '/a', token: 'hush' },
    { path: '/b', token: undefined },
  ]);
});

it.each([
  ['plain http elsewhere', 'http://192.0.2.1/x?token=hush', 'found one to http://192.0.2.1/x.'],
  ['files', 'file:///etc/passwd', 'expected redirects to https only'],
])('refuses redirects to %s', async (_, location, message) => {
  answer = (_path, response) => response.writeHead(302, { location }).end();

  await expect(get(`${url}/a`)).rejects.toMatchObject({
    reason: 'redirect',
    message: expect.stringContaining(message),
  });
});

it('gives up on redirects that do not end', async () => {
  answer = (_, response) => response.writeHead(302, { location: '/again' }).end();

  await expect(get(`${url}/a`)).rejects.toMatchObject({ reason: 'redirect', found: 'more' });
  expect(seen).toHaveLength(6);
});

it.each([
  [404, false],
  [403, false],
  [204, false],
  [429, true],
  [503, true],
])('HTTP %d is told, and whether to try again: %s', async (status, transient) => {
  answer = (_, response) => response.writeHead(status).end();

  await expect(get(`${url}/a`)).rejects.toMatchObject({
    reason: 'http-status',
    found: `HTTP ${status}`,
    transient,
  });
});

it('takes no more than is allowed, whatever the server says of the size', async () => {
  answer = (_, response) => response.end('x'.repeat(MAX_BYTES));
  await expect(get(`${url}/a`)).resolves.toHaveLength(MAX_BYTES);

  answer = (_, response) => response.writeHead(200, { 'content-length': MAX_BYTES + 1 }).end();
  await expect(get(`${url}/a`)).rejects.toMatchObject({
    reason: 'too-large',
    found: `${MAX_BYTES + 1} bytes`,
  });

  answer = (_, response) => {
    response.write('x'.repeat(MAX_BYTES));
    response.end('x');
  };
  await expect(get(`${url}/a`)).rejects.toMatchObject({ reason: 'too-large', found: 'more' });
});

it('an answer that breaks off is no file', async () => {
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': 10 });
    response.write('half', () => response.destroy());
  };

  await expect(get(`${url}/a`)).rejects.toMatchObject({ reason: 'unreachable', transient: true });
});

it('a server that is not there may be there later', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const gone = createServer();
  gone.listen(0, '127.0.0.1', resolve);
  await promise;
  const port = portOf(gone);
  await new Promise((done) => gone.close(done));

  await expect(get(`http://127.0.0.1:${port}/a`)).rejects.toMatchObject({
    reason: 'unreachable',
    found: 'ECONNREFUSED',
    transient: true,
  });
});

it('shows no query of an address: it may be a secret', async () => {
  answer = (_, response) => response.writeHead(404).end();

  const failure: unknown = await get(`${url}/a.tar.gz?signature=hush`).catch(
    (error: unknown) => error,
  );

  expect(seen.map((each) => each.path)).toEqual(['/a.tar.gz?signature=hush']);
  expect(failure).toMatchObject({ where: `${url}/a.tar.gz` });
  expect(JSON.stringify(failure) + String(failure)).not.toContain('hush');
});

it('says which file of a header is not there', async () => {
  answer = (_, response) => response.end('x');
  const file = path.join(home, 'nothing');

  await expect(get(`${url}/a`, { authorization: file })).rejects.toMatchObject({
    reason: 'header-missing',
    message: expect.stringContaining(file),
  });
  expect(seen).toEqual([]);
});

describe('through a proxy', () => {
  const before = { ...process.env };
  let proxy: Server;
  let tunnels: string[];

  beforeEach(async () => {
    tunnels = [];
    proxy = createServer((request, response) => {
      tunnels.push(`${request.method} ${request.url}`);
      response.end();
    });
    // The tunnel is not built: what is asked for is what this is about.
    proxy.on('connect', (request, socket) => {
      tunnels.push(`${request.method} ${request.url}`);
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    for (const name of ['http_proxy', 'https_proxy', 'no_proxy', 'NO_PROXY']) {
      Reflect.deleteProperty(process.env, name);
    }
    process.env['HTTPS_PROXY'] = `http://127.0.0.1:${portOf(proxy)}`;
    process.env['HTTP_PROXY'] = process.env['HTTPS_PROXY'];
  });

  afterEach(async () => {
    process.env = { ...before };
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  });

  it('goes what is fetched by https, where the environment names one', async () => {
    await expect(get('https://mirror.invalid/a')).rejects.toMatchObject({ reason: 'unreachable' });
    expect(tunnels).toEqual(['CONNECT mirror.invalid:443']);
  });

  it('goes nothing to a host that the environment excepts', async () => {
    process.env['NO_PROXY'] = 'mirror.invalid';
    await expect(get('https://mirror.invalid/a')).rejects.toMatchObject({ reason: 'unreachable' });
    expect(tunnels).toEqual([]);
  });

  it('goes nothing that is on this machine', async () => {
    answer = (_, response) => response.end('here');
    expect(await get(`${url}/a`)).toBe('here');
    expect(tunnels).toEqual([]);
  });
});
