import { once } from 'node:events';
import { createSecureServer, type Http2SecureServer, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCertificateAuthority } from '../../rig/certificates.ts';
import { connect, type Transport } from '../../src/clients/kubernetes-transport.ts';
import { KubernetesUnreachable } from '../../src/clients/kubernetes-error.ts';
import { untilHolds } from '../support/until-holds.ts';

const TIMEOUT_MS = 200;

/** A server that speaks HTTP/2 with whoever can, as an API server does. */
let server: Http2SecureServer;
let transport: Transport;
/** What was asked: path, HTTP version, and the number of the connection. */
let seen: string[];
let answer: (path: string, response: Http2ServerResponse) => void;

beforeEach(async () => {
  const authority = await createCertificateAuthority('test');
  const own = await authority.issue({ commonName: 'api' }, ['127.0.0.1']);
  const sockets: unknown[] = [];
  seen = [];
  answer = (_path, response) => response.end('{}');
  server = createSecureServer(
    { cert: own.certificatePem, key: own.keyPem, allowHTTP1: true },
    ({ url, httpVersion, stream, socket }, response) => {
      const connection = httpVersion === '2.0' ? stream.session : socket;
      if (!sockets.includes(connection)) sockets.push(connection);
      seen.push(`${url} ${httpVersion} #${sockets.indexOf(connection)}`);
      answer(url, response);
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [
      { name: 'c', server: url, caData: Buffer.from(authority.certificatePem).toString('base64') },
    ],
    users: [{ name: 'u' }],
    contexts: [{ name: 'c', cluster: 'c', user: 'u' }],
    currentContext: 'c',
  });
  transport = connect(config, url, { timeoutMs: TIMEOUT_MS });
});

afterEach(() => {
  server.close();
});

const get = (path: string): Promise<unknown> => transport.send({ method: 'GET', path });

describe('over HTTP/2', () => {
  it('tells the beginning of an answer while the rest is still coming', async () => {
    const rest = Promise.withResolvers<void>();
    const head = `{"metadata":{"continue":"more"},"items":["${'x'.repeat(5000)}"`;
    answer = (_path, response) => {
      response.write(head);
      void rest.promise.then(() => response.end(']}'));
    };
    const heard: string[] = [];
    const whole = transport.send({
      method: 'GET',
      path: '/list',
      onHead: (text) => {
        heard.push(text);
        rest.resolve();
      },
    });

    expect(await whole).toMatchObject({ metadata: { continue: 'more' } });
    expect(heard).toEqual([head.slice(0, 4096)]);
  });

  it('requests share one connection, and each stream has its own, which ends with it', async () => {
    const ended = new AbortController();
    const closed: string[] = [];
    answer = (path, response) => {
      if (!path.startsWith('/stream')) return void response.end('{}');
      response.write(' ');
      response.on('close', () => closed.push(path));
    };

    await get('/a');
    await transport.open({ method: 'GET', path: '/stream1', signal: ended.signal });
    await transport.open({ method: 'GET', path: '/stream2', signal: ended.signal });
    await get('/b');
    expect(seen).toEqual(['/a 2.0 #0', '/stream1 1.1 #1', '/stream2 1.1 #2', '/b 2.0 #0']);
    expect(closed).toEqual([]);

    ended.abort();
    await untilHolds(() => expect(closed.toSorted()).toEqual(['/stream1', '/stream2']));
    const again = new AbortController();
    await transport.open({ method: 'GET', path: '/stream3', signal: again.signal });
    expect(seen.at(-1)).toBe('/stream3 1.1 #3');
    again.abort();
  });

  it('a connection on which a request got no answer is used no more', async () => {
    await get('/a');
    answer = (path, response) => void (path === '/lost' ? undefined : response.end('{}'));

    await expect(get('/lost')).rejects.toBeInstanceOf(KubernetesUnreachable);
    await get('/b');

    expect(seen).toEqual(['/a 2.0 #0', '/lost 2.0 #0', '/b 2.0 #1']);
  });
});

describe('a stream', () => {
  it('may be silent for longer than a request may take', async () => {
    answer = (_path, response) => {
      response.write('first');
      setTimeout(() => response.end('last'), TIMEOUT_MS * 2);
    };

    const chunks: string[] = [];
    for await (const chunk of await transport.open({ method: 'GET', path: '/stream' })) {
      chunks.push(Buffer.from(chunk).toString());
    }

    expect(chunks).toEqual(['first', 'last']);
  });

  it('ends with an error where its connection breaks', async () => {
    answer = (_path, response) => {
      response.write('first');
      setTimeout(() => response.socket.destroy(), 20);
    };

    const read = async (): Promise<void> => {
      for await (const chunk of await transport.open({ method: 'GET', path: '/stream' })) {
        expect(Buffer.from(chunk).toString()).toBe('first');
      }
    };

    await expect(read()).rejects.toBeInstanceOf(KubernetesUnreachable);
  });
});

describe('a refusal', () => {
  const refusing = (headers: Record<string, string>, body: string): void => {
    answer = (_path, response) => {
      response.writeHead(429, headers);
      response.end(body);
    };
  };

  it.each<[string, () => Record<string, string>, string, number]>([
    ['seconds', () => ({ 'retry-after': '7' }), '', 7],
    ['a date', () => ({ 'retry-after': new Date(Date.now() + 60_000).toUTCString() }), '', 60],
    ['a date that has passed', () => ({ 'retry-after': new Date(0).toUTCString() }), '', 0],
    ['its body alone', () => ({}), '{"details":{"retryAfterSeconds":3}}', 3],
  ])('says by %s when to come back', async (_how, headers, body, seconds) => {
    for (const ask of [() => get('/a'), () => transport.open({ method: 'GET', path: '/b' })]) {
      refusing(headers(), body);
      const error = (await ask().catch((thrown: unknown) => thrown)) as {
        retryAfterSeconds: number;
      };
      // A date has whole seconds.
      expect(Math.abs(error.retryAfterSeconds - seconds)).toBeLessThanOrEqual(2);
    }
  });

  it.each([
    ['nothing', {}],
    ['no time', { 'retry-after': 'soon' }],
  ])('that says %s leaves it open', async (_what, headers) => {
    refusing(headers, 'Too many requests');

    await expect(get('/a')).rejects.toMatchObject({
      code: 429,
      message: 'GET /a: 429 Too many requests',
      retryAfterSeconds: undefined,
    });
  });
});
