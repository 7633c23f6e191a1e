import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { SignedKey } from '../../rig/certificates.ts';

/** A request as it arrived. */
export interface Received {
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server on loopback that takes notifications. */
export interface Receiver {
  /** Without a slash at the end. */
  readonly url: string;
  /** The requests so far, oldest first. */
  readonly received: readonly Received[];
  /** Resolves when as many connections as were opened are closed. */
  readonly allClosed: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export type Answer = (response: ServerResponse, asked: Received) => void;

/** Answers every request in the same way; with a key over TLS. */
export async function startReceiver(answer: Answer, key?: SignedKey): Promise<Receiver> {
  const received: Received[] = [];
  let open = 0;
  const waiting = new Set<() => void>();
  const server =
    key === undefined
      ? createServer()
      : createTlsServer({ cert: key.certificatePem, key: key.keyPem });
  server.on('connection', (socket: Socket) => {
    open += 1;
    socket.on('error', () => undefined);
    socket.on('close', () => {
      open -= 1;
      if (open === 0) for (const wake of [...waiting]) wake();
    });
  });
  server.on('request', (request, response) => {
    const parts: Buffer[] = [];
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const asked = {
        path: request.url ?? '',
        method: request.method ?? '',
        headers: request.headers,
        body: Buffer.concat(parts).toString(),
      };
      received.push(asked);
      answer(response, asked);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `${key === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    received,
    allClosed: () =>
      new Promise((resolve) => {
        const look = (): void => {
          if (open > 0) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Takes what it gets. */
export const taken: Answer = (response) => response.writeHead(204).end();
