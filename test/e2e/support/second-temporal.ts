import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Bench } from './bench.ts';
import { eventually } from './eventually.ts';

/** Another Temporal server, which knows of no run. */
export interface SecondTemporal {
  readonly address: string;
  readonly client: Client;
  readonly close: () => Promise<void>;
}

/** Starts one in memory, and waits until its namespace is there. */
export async function startSecondTemporal(bench: Bench): Promise<SecondTemporal> {
  const [port, httpPort, metricsPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const address = `127.0.0.1:${port}`;
  const child = spawn(
    path.join(bench.endpoints.binDir, 'temporal'),
    [
      ...['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(port)],
      ...['--http-port', String(httpPort), '--metrics-port', String(metricsPort)],
      ...['--log-level', 'error', '--disable-config-file', '--disable-config-env'],
    ],
    { stdio: 'ignore', env: { PATH: process.env['PATH'] ?? '', HOME: bench.dir } },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const connection = await eventually(
    async () => {
      const open = await Connection.connect({ address });
      await open.workflowService.describeNamespace({ namespace: 'default' });
      return open;
    },
    { what: 'the second Temporal server answers', withinMs: 60_000 },
  );
  return {
    address,
    client: new Client({ connection }),
    close: async () => {
      await connection.close();
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
