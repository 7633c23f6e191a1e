import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import { parse } from 'yaml';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createCertificateAuthority } from '../../rig/certificates.ts';
import { startFaultProxy, type FaultProxy } from '../../rig/fault-proxy/start-fault-proxy.ts';
import { ApiClient, ApiError } from '../../rig/kubernetes/client.ts';
import { buildKubeconfig } from '../../rig/kubernetes/identities.ts';
import { linesOf } from '../../rig/kubernetes/informer.ts';
import { seeded } from '../support/seeded.ts';
import { untilHolds } from '../support/until-holds.ts';

let folder: string;
let server: https.Server;
let proxy: FaultProxy;
let client: ApiClient;
/** What came through, as `user method path`. */
let passed: string[];
let watches: ServerResponse[];

/** Plays the API server: says back what it was sent, and keeps watches open for the test. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const { method = '', url = '' } = request;
  const user = String((request.socket as TLSSocket).getPeerCertificate().subject.CN);
  passed.push(`${user} ${method} ${url}`);
  if (url.includes('watch=')) {
    response.flushHeaders();
    watches.push(response);
    return;
  }
  let body = '';
  request.on('data', (chunk) => (body += String(chunk)));
  request.on('end', () => response.end(JSON.stringify({ method, url, body })));
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'fault-proxy-test-'));
  const authority = await createCertificateAuthority('test');
  const [own, user] = await Promise.all([
    authority.issue({ commonName: 'api' }, ['127.0.0.1']),
    authority.issue({ commonName: 'somebody' }),
  ]);
  const ca = authority.certificatePem;
  const tls = { cert: own.certificatePem, key: own.keyPem, ca, requestCert: true };
  server = https.createServer({ ...tls, rejectUnauthorized: true }, answer);
  server.on('upgrade', (_request, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n',
    );
    socket.on('error', () => socket.destroy()).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const kubeconfig = path.join(folder, 'kubeconfig.yaml');
  const content = buildKubeconfig({
    apiServer: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caPem: ca,
    name: 'somebody',
    user: {
      'client-certificate-data': base64(user.certificatePem),
      'client-key-data': base64(user.keyPem),
    },
  });
  writeFileSync(kubeconfig, content);
  [passed, watches] = [[], []];
  proxy = await startFaultProxy({ kubeconfig, random: seeded(3) });
  client = await ApiClient.fromKubeconfig(proxy.kubeconfig);
});

afterEach(() => {
  proxy.faults.set({});
  proxy.faults.cutWatches();
  [passed, watches] = [[], []];
});

afterAll(async () => {
  client.close();
  await proxy.close();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const WATCH = '/things?watch=true';

/** Opens a watch through the proxy; its lines come into the list that is returned. */
async function watch(): Promise<{
  readonly lines: string[];
  readonly send: (line: string) => void;
  readonly ended: () => boolean;
}> {
  const known = watches.length;
  const stream = await client.open(WATCH, new AbortController().signal);
  await untilHolds(() => expect(watches).toHaveLength(known + 1));
  const lines: string[] = [];
  let isEnded = false;
  void (async () => {
    for await (const line of linesOf(stream)) lines.push(line);
  })().then(
    () => (isEnded = true),
    () => (isEnded = true),
  );
  const upstream = watches.at(-1);
  return { lines, send: (line) => upstream?.write(`${line}\n`), ended: () => isEnded };
}

const event = (name: string): string => `{"type":"ADDED","object":${JSON.stringify(name)}}`;
const BOOKMARK = '{"type":"BOOKMARK","object":{}}';

describe('a proxy without faults', () => {
  it('passes requests and answers on, as the user of its kubeconfig', async () => {
    const answered = await client.post('/things?a=b', { name: 'ä' });

    expect(answered).toEqual({ method: 'POST', url: '/things?a=b', body: '{"name":"ä"}' });
    expect(passed).toEqual(['somebody POST /things?a=b']);
    expect(proxy.faults.requests.at(-1)).toMatchObject({
      method: 'POST',
      path: '/things?a=b',
      isWatch: false,
      fault: undefined,
    });
  });

  it('passes the events of a watch on as they come, and its end', async () => {
    const { lines, send, ended } = await watch();

    send(event('a'));
    await untilHolds(() => expect(lines).toEqual([event('a')]));
    send(BOOKMARK);
    await untilHolds(() => expect(lines).toEqual([event('a'), BOOKMARK]));
    watches.at(-1)?.end();

    await untilHolds(() => expect(ended()).toBe(true));
  });
});

it('carries a connection that changes its protocol, as for a forwarded port', async () => {
  const { clusters } = parse(readFileSync(proxy.kubeconfig, 'utf8')) as {
    clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
  };
  const { server: url, 'certificate-authority-data': ca } = clusters[0].cluster;
  const request = https.request(`${url}/port-forward`, {
    ca: Buffer.from(ca, 'base64'),
    headers: { connection: 'upgrade', upgrade: 'echo' },
  });
  request.end();
  const [, socket] = (await once(request, 'upgrade')) as [IncomingMessage, Socket];

  socket.write('hello');
  const [echoed] = (await once(socket, 'data')) as [Buffer];

  expect(echoed.toString()).toBe('hello');
  socket.destroy();
});

describe('a request', () => {
  it.each([
    ['429', { tooMany: { share: 1, retryAfterSeconds: 2 } }, 429],
    ['trouble', { errors: { share: 1 } }, 500],
    ['the trouble that is wanted', { errors: { share: 1, code: 503 } }, 503],
  ])('is answered with %s and not passed on', async (_what, plan, status) => {
    await client.get('/things');
    expect(passed).toHaveLength(1);

    proxy.faults.set(plan);

    await expect(client.get('/things')).rejects.toMatchObject({ status });
    expect(passed).toHaveLength(1);
  });

  it('is refused as often as it should be', async () => {
    proxy.faults.set({ errors: { share: 0.3 } });

    const answers = await Promise.allSettled(
      Array.from({ length: 400 }, () => client.get('/things')),
    );

    const failed = answers.filter(({ status }) => status === 'rejected').length;
    expect(failed / 400).toBeGreaterThan(0.22);
    expect(failed / 400).toBeLessThan(0.38);
    expect(passed).toHaveLength(400 - failed);
  });

  it('that writes is carried out though its answer is lost; one that reads is answered', async () => {
    proxy.faults.set({ lostReplies: 1 });

    await expect(client.post('/things', {})).rejects.toThrow('socket hang up');
    await client.get('/things');

    expect(passed).toEqual(['somebody POST /things', 'somebody GET /things']);
  });

  it('is late', async () => {
    proxy.faults.set({ delayMs: 150 });

    const begun = performance.now();
    await client.get('/things');

    expect(performance.now() - begun).toBeGreaterThanOrEqual(149);
  });
});

describe('a watch', () => {
  it('is silent for ever, with its socket open, whether it was open or is opened', async () => {
    const before = await watch();
    before.send(event('a'));
    await untilHolds(() => expect(before.lines).toHaveLength(1));

    proxy.faults.set({ watches: { silent: true } });
    const during = await watch();
    proxy.faults.set({});
    const after = await watch();
    for (const { send } of [before, during, after]) send(event('b'));
    for (const each of watches) each.end();

    await untilHolds(() => expect(after.ended()).toBe(true));
    expect(after.lines).toEqual([event('b')]);
    expect([before.lines, during.lines]).toEqual([[event('a')], []]);
    expect([before.ended(), during.ended()]).toEqual([false, false]);
  });

  it('is told 410 by its status', async () => {
    proxy.faults.set({ watches: { gone: 'status' } });

    const refused = client.open(WATCH, new AbortController().signal);

    await expect(refused).rejects.toBeInstanceOf(ApiError);
    await expect(refused).rejects.toMatchObject({ status: 410 });
    expect(await client.get('/things')).toMatchObject({ url: '/things' });
  });

  it('is told 410 by an event', async () => {
    proxy.faults.set({ watches: { gone: 'event' } });

    const stream = await client.open(WATCH, new AbortController().signal);
    const lines: unknown[] = [];
    for await (const line of linesOf(stream)) lines.push(JSON.parse(line));

    expect(lines).toEqual([{ type: 'ERROR', object: expect.objectContaining({ code: 410 }) }]);
  });

  it.each([
    ['twice', { duplicate: 1 }, ['a', 'a', 'b', 'b', 'mark', 'c', 'c', 'mark']],
    ['never', { drop: 1 }, ['mark', 'mark']],
    [
      'after the next one, but never after a bookmark',
      { swap: 1 },
      ['b', 'a', 'mark', 'c', 'mark'],
    ],
  ])('has events %s', async (_how, faults, expected) => {
    const { lines, send } = await watch();
    proxy.faults.set({ watches: faults });

    for (const name of ['a', 'b', 'mark', 'c', 'mark']) {
      send(name === 'mark' ? BOOKMARK : event(name));
    }

    const wanted = expected.map((name) => (name === 'mark' ? BOOKMARK : event(name)));
    await untilHolds(() => expect(lines).toEqual(wanted));
  });

  it('is cut', async () => {
    const { ended } = await watch();
    expect(ended()).toBe(false);

    proxy.faults.cutWatches();

    await untilHolds(() => expect(ended()).toBe(true));
  });
});
