import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import {
  buildEgressConfig,
  startEgressProxy,
  type EgressProxy,
  type Fault,
} from '../../rig/kubernetes/egress-proxy.ts';

let folder: string;
let echo: Server;
let proxy: EgressProxy;
let fault: Fault | undefined;

beforeEach(async () => {
  fault = undefined;
  folder = mkdtempSync(path.join(os.tmpdir(), 'egress-'));
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const { port } = echo.address() as AddressInfo;
  proxy = await startEgressProxy({
    socketPath: path.join(folder, 'egress.sock'),
    route: ({ host }) =>
      host === '10.96.0.7' ? { containerPort: 15017, hostPort: port } : undefined,
    fault: () => fault,
    log: () => undefined,
  });
});

afterEach(async () => {
  await proxy.close();
  await new Promise((resolve) => echo.close(resolve));
  rmSync(folder, { recursive: true });
});

async function connect(authority: string): Promise<{ status: number; socket: Socket }> {
  const socketPath = path.join(folder, 'egress.sock');
  const request = http.request({ socketPath, method: 'CONNECT', path: authority });
  request.end();
  return new Promise((resolve, reject) => {
    request.on('connect', ({ statusCode }, socket) =>
      resolve({ status: statusCode ?? 0, socket: socket }),
    );
    request.on('error', reject);
  });
}

it('carries bytes to where a cluster address really is', async () => {
  const { status, socket } = await connect('10.96.0.7:443');
  socket.write('hello');
  const [answer] = (await once(socket, 'data')) as [Buffer];

  expect([status, answer.toString()]).toEqual([200, 'hello']);
  socket.destroy();
});

it('answers 503 where nothing is', async () => {
  const { status } = await connect('10.96.0.9:443');

  expect(status).toBe(503);
});

it('refuses on purpose, and cuts what was open before', async () => {
  const { status, socket } = await connect('10.96.0.7:443');
  const closed = once(socket, 'close');

  fault = { kind: 'refuse' };
  proxy.applyFaults();
  await closed;
  const after = await connect('10.96.0.7:443');

  expect([status, after.status]).toEqual([200, 503]);
});

it('resets on purpose', async () => {
  fault = { kind: 'reset' };

  await expect(connect('10.96.0.7:443')).rejects.toThrow('socket hang up');
});

it('is slow on purpose', async () => {
  fault = { kind: 'slow', delayMs: 150 };
  const begun = performance.now();

  const { status, socket } = await connect('10.96.0.7:443');

  expect(status).toBe(200);
  expect(performance.now() - begun).toBeGreaterThan(140);
  socket.destroy();
});

it('tells the API server to use a unix socket, the transport that works', () => {
  expect(buildEgressConfig('/state/egress.sock')).toContain('udsName: /state/egress.sock');
});
