import https from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';

/** The API server behind the proxy, spoken to with the certificate of its kubeconfig. */
export interface Upstream {
  /** Passes a request on; returns what ends it. */
  send(
    request: IncomingMessage,
    on: {
      readonly onAnswer: (answer: IncomingMessage) => void;
      readonly onError: (error: Error) => void;
    },
  ): () => void;
  /** An answer's headers, without those that belong to its connection. */
  headersOf(answer: IncomingMessage): IncomingHttpHeaders;
  /** A connection that changes its protocol, as for a forwarded port: bytes both ways, no faults. */
  tunnel(request: IncomingMessage, client: Duplex, head: Buffer): void;
  close(): void;
}

const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'host',
  'keep-alive',
  'transfer-encoding',
]);

export function openUpstream(config: {
  readonly server: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}): Upstream {
  const { server, ...credentials } = config;
  const agent = new https.Agent({ ...credentials, keepAlive: true });
  const tunnels = new Set<Duplex>();
  return {
    send: (request, { onAnswer, onError }) => {
      const { method, url = '/', headers } = request;
      // Events are read line by line on their way, so nothing may be packed.
      const plain = { ...withoutConnection(headers), 'accept-encoding': 'identity' };
      const options = { method, headers: plain, agent };
      const passed = https.request(new URL(url, server), options, onAnswer);
      passed.on('error', onError);
      request.pipe(passed);
      return () => passed.destroy();
    },
    headersOf: ({ headers }) => withoutConnection(headers),
    tunnel: (request, client, head) => {
      const { hostname, port } = new URL(server);
      const socket = tls.connect({ ...credentials, host: hostname, port: Number(port) }, () => {
        socket.write(`${headOf(request)}\r\n\r\n`);
        socket.write(head);
        socket.pipe(client).pipe(socket);
      });
      const end = (): void => {
        socket.destroy();
        client.destroy();
      };
      for (const each of [socket, client]) {
        tunnels.add(each);
        each.on('error', end).on('close', () => {
          tunnels.delete(each);
          end();
        });
      }
    },
    close: () => {
      agent.destroy();
      for (const each of tunnels) each.destroy();
    },
  };
}

function withoutConnection(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.has(name)),
  );
}

function headOf({ method = 'GET', url = '/', rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    lines.push(`${rawHeaders[at] ?? ''}: ${rawHeaders[at + 1] ?? ''}`);
  }
  return lines.join('\r\n');
}
