import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { stringify } from 'yaml';
import type { Route, Target } from './route.ts';

/** What may be done to a connection on its way. */
export type Fault =
  | { readonly kind: 'refuse' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'slow'; readonly delayMs: number };

export interface EgressOptions {
  readonly socketPath: string;
  route(target: Target): Route | undefined;
  fault(route: Route): Fault | undefined;
  log(line: string): void;
}

export interface EgressProxy {
  /** Cuts the connections that a fault now applies to: the API server would keep using them. */
  applyFaults(): void;
  close(): Promise<void>;
}

interface Tunnel {
  readonly route: Route;
  cut(): void;
}

/** Through this socket the API server reaches webhooks and kubelets, which live on this machine. */
export async function startEgressProxy(options: EgressOptions): Promise<EgressProxy> {
  const tunnels = new Set<Tunnel>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request, client) => {
    const target = parseTarget(request.url ?? '');
    const route = target === undefined ? undefined : options.route(target);
    if (route === undefined) {
      options.log(`egress: nothing answers at ${request.url ?? ''}`);
      refuse(client, '503 No endpoint');
      return;
    }
    openTunnel({ client, route, fault: options.fault(route), tunnels });
  });
  await rm(options.socketPath, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.socketPath, resolve);
  });
  return {
    applyFaults() {
      for (const tunnel of tunnels) if (options.fault(tunnel.route) !== undefined) tunnel.cut();
    },
    async close() {
      for (const tunnel of tunnels) tunnel.cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The file that makes the API server use the socket. Its `tcp` transport crashes 1.33, so it must be this one. */
export function buildEgressConfig(socketPath: string): string {
  const transport = { uds: { udsName: socketPath } };
  return stringify({
    apiVersion: 'apiserver.k8s.io/v1beta1',
    kind: 'EgressSelectorConfiguration',
    egressSelections: [
      { name: 'cluster', connection: { proxyProtocol: 'HTTPConnect', transport } },
    ],
  });
}

function parseTarget(authority: string): Target | undefined {
  const match = /^(.+):(\d+)$/.exec(authority);
  if (match === null) return undefined;
  const [, host = '', port = ''] = match;
  return { host, port: Number(port) };
}

function openTunnel(options: {
  readonly client: Duplex;
  readonly route: Route;
  readonly fault: Fault | undefined;
  readonly tunnels: Set<Tunnel>;
}): void {
  const { client, route, fault, tunnels } = options;
  if (fault?.kind === 'refuse') {
    refuse(client, '503 Refused on purpose');
    return;
  }
  if (fault?.kind === 'reset') {
    client.destroy();
    return;
  }
  const upstream = connect({ host: '127.0.0.1', port: route.hostPort });
  const tunnel: Tunnel = { route, cut: () => destroyBoth(client, upstream) };
  tunnels.add(tunnel);
  for (const end of [client, upstream]) {
    end.on('error', () => destroyBoth(client, upstream));
    end.on('close', () => {
      tunnels.delete(tunnel);
      destroyBoth(client, upstream);
    });
  }
  upstream.on('connect', () => {
    const join = () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    };
    if (fault?.kind === 'slow') setTimeout(join, fault.delayMs);
    else join();
  });
}

function refuse(client: Duplex, status: string): void {
  client.on('error', () => undefined);
  client.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`);
}

function destroyBoth(client: Duplex, upstream: Socket): void {
  client.destroy();
  upstream.destroy();
}
