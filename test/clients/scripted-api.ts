import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { connect, type Transport } from '../../src/clients/kubernetes-transport.ts';

export interface Thing {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
  };
  readonly [field: string]: unknown;
}

export interface Refusal {
  readonly code: number;
  readonly retryAfter?: string;
  readonly causes?: readonly { readonly reason: string }[];
}

export interface SeenRequest {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly accept: string;
}

/** A watch that a client has opened, for the test to write into. */
export interface OpenWatch {
  readonly query: Readonly<Record<string, string>>;
  /** When the client, or the end of the watch, closed its connection. */
  readonly closed: Promise<void>;
  send(type: string, object: unknown): void;
  /** Bytes as they are, in one chunk. */
  write(bytes: string | Uint8Array): void;
  /** As the server ends a watch whose time is over. */
  end(): void;
  /** As a connection that breaks. */
  cut(): void;
}

/** An API server with one collection of which the test says everything. Real sockets, no TLS. */
export interface ScriptedApi {
  readonly transport: Transport;
  readonly requests: readonly SeenRequest[];
  readonly lists: () => readonly SeenRequest[];
  readonly watches: () => readonly SeenRequest[];
  /** What a list has; in pages of `pageSize`. */
  collection: { items: readonly Thing[]; version: string };
  pageSize: number;
  /** Asked before a request is answered as usual; may take its time. */
  refuse: (request: SeenRequest) => Refusal | undefined | Promise<Refusal | undefined>;
  /** The next watch that is opened, or one that was and was not asked for yet. */
  nextWatch(): Promise<OpenWatch>;
  close(): Promise<void>;
}

export function thing(name: string, version: number | string, more: object = {}): Thing {
  return { metadata: { name, uid: `uid-${name}`, resourceVersion: String(version) }, ...more };
}

export async function startScriptedApi(
  options: { readonly timeoutMs?: number } = {},
): Promise<ScriptedApi> {
  const requests: SeenRequest[] = [];
  const [opened, wanted]: [OpenWatch[], ((watch: OpenWatch) => void)[]] = [[], []];
  const server = createServer((request, response) => {
    const seen = readRequest(request);
    requests.push(seen);
    answer(api, seen, response).then(
      (watch) => {
        if (watch !== undefined) (wanted.shift() ?? opened.push.bind(opened))(watch);
      },
      (error: unknown) => response.destroy(error as Error),
    );
  });
  const transport = connect(await configOf(server), addressOf(server), options);
  const api: ScriptedApi = {
    transport,
    requests,
    lists: () => requests.filter(({ query }) => query['watch'] === undefined),
    watches: () => requests.filter(({ query }) => query['watch'] !== undefined),
    collection: { items: [], version: '10' },
    pageSize: 500,
    refuse: () => undefined,
    nextWatch: async () => {
      const first = opened.shift();
      return first ?? new Promise((resolve) => wanted.push(resolve));
    },
    close: async () => {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return api;
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function configOf(server: Server): Promise<KubeConfig> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'scripted', server: addressOf(server), skipTLSVerify: true }],
    users: [{ name: 'test' }],
    contexts: [{ name: 'scripted', cluster: 'scripted', user: 'test' }],
    currentContext: 'scripted',
  });
  return config;
}

function readRequest({ method = '', url = '', headers }: IncomingMessage): SeenRequest {
  const { pathname, searchParams } = new URL(url, 'http://scripted');
  return {
    at: performance.now(),
    method,
    path: pathname,
    query: Object.fromEntries(searchParams),
    accept: headers.accept ?? '',
  };
}

async function answer(
  api: ScriptedApi,
  request: SeenRequest,
  response: ServerResponse,
): Promise<OpenWatch | undefined> {
  // As it was when it was asked, however long the answer takes.
  const { items, version } = api.collection;
  const refusal = await api.refuse(request);
  if (refusal !== undefined) {
    const { code, retryAfter, causes = [] } = refusal;
    response.writeHead(code, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
    response.end(JSON.stringify({ kind: 'Status', code, reason: 'Scripted', details: { causes } }));
    return undefined;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  if (request.query['watch'] !== undefined) return watchOf(request, response);
  const start = Number(request.query['continue'] ?? 0);
  const next = start + api.pageSize;
  const metadata = {
    resourceVersion: version,
    ...(next < items.length ? { continue: String(next) } : {}),
  };
  response.end(JSON.stringify({ metadata, items: items.slice(start, next) }));
  return undefined;
}

function watchOf({ query }: SeenRequest, response: ServerResponse): OpenWatch {
  response.flushHeaders();
  const closed = once(response, 'close').then(() => undefined);
  return {
    query,
    closed,
    send: (type, object) => response.write(`${JSON.stringify({ type, object })}\n`),
    write: (bytes) => response.write(bytes),
    end: () => response.end(),
    cut: () => response.destroy(),
  };
}
