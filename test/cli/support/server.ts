import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A development server and, on its queue, a worker that serves the stub workflow. */
export interface StubTemporal {
  readonly address: string;
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  stop(): Promise<void>;
}

const WORKER = fileURLToPath(new URL('./stub-worker.ts', import.meta.url));
const READY_MS = 60_000;

export async function startStubTemporal(cli: string): Promise<StubTemporal> {
  const address = `127.0.0.1:${await freePort()}`;
  const port = address.split(':')[1] ?? '';
  const server = spawn(
    cli,
    ['server', 'start-dev', '--headless', '--port', port, '--log-level', 'error'],
    { stdio: ['ignore', 'ignore', 'ignore'] },
  );
  let worker: ChildProcess | undefined;
  const stopWorker = async (): Promise<void> => {
    if (worker !== undefined) await end(worker);
    worker = undefined;
  };
  return {
    address,
    startWorker: async () => {
      worker = spawn(process.execPath, [WORKER, 'meshlift'], {
        env: { ...process.env, TEMPORAL_ADDRESS: address },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await saysReady(worker);
    },
    stopWorker,
    stop: async () => {
      await stopWorker();
      await end(server);
    },
  };
}

async function saysReady(worker: ChildProcess): Promise<void> {
  let said = '';
  worker.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const deadline = Date.now() + READY_MS;
  while (!said.includes('ready')) {
    if (worker.exitCode !== null || Date.now() > deadline) {
      throw new Error(
        `expected the stub worker to become ready, found exit code ${worker.exitCode ?? 'none'}`,
      );
    }
    await delay(100);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await closed;
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('expected a TCP port');
  return address.port;
}
