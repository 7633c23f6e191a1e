import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PartStatus } from '../kubernetes/index.ts';
import type { PortAllocator } from '../ports.ts';
import type { RunningProcess, Spawn } from '../process.ts';
import { runCommand } from '../tools/run-command.ts';

export interface TemporalOptions {
  /** The rig's state folder: the database stays in it, so a restarted server still has its runs. */
  readonly dir: string;
  /** The `temporal` binary. */
  readonly binary: string;
  readonly ports: PortAllocator;
  readonly spawn: Spawn;
  readonly signal?: AbortSignal;
}

export interface TemporalServer {
  readonly address: string;
  readonly uiUrl: string;
  readonly status: () => Promise<PartStatus>;
  readonly stop: () => Promise<void>;
}

const HOST = '127.0.0.1';
const READY_TIMEOUT_MS = 60_000;
const PROBE_INTERVAL_MS = 100;
const LOG_TAIL_LINES = 10;

/** Only what the SDKs' own dev server sets; search attributes are registered by meshlift's worker. */
const DYNAMIC_CONFIG = [
  'frontend.enableServerVersionCheck=false',
  'frontend.enableUpdateWorkflowExecution=true',
  'frontend.enableUpdateWorkflowExecutionAsyncAccepted=true',
];

export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  const port = await options.ports.take('temporal');
  const uiPort = await options.ports.take('temporal-ui');
  const address = `${HOST}:${port}`;
  const uiUrl = `http://${HOST}:${uiPort}`;
  const logFile = path.join(options.dir, 'logs', 'temporal.log');
  const running = await options.spawn({
    name: 'temporal',
    command: options.binary,
    args: await serverArgs(options, { port, uiPort }),
    cwd: options.dir,
    logFile,
  });
  try {
    await untilReady({ running, port, address, logFile, options });
  } catch (error) {
    await running.stop();
    throw error;
  }
  return {
    address,
    uiUrl,
    status: async () => ({
      name: 'temporal',
      state: (await isListening(port)) ? 'ready' : 'down',
      detail: `${address}, web UI ${uiUrl}`,
    }),
    stop: () => running.stop(),
  };
}

async function serverArgs(
  { dir, ports }: TemporalOptions,
  { port, uiPort }: { port: number; uiPort: number },
): Promise<string[]> {
  return [
    'server',
    'start-dev',
    ...['--ip', HOST, '--port', String(port), '--ui-port', String(uiPort)],
    ...['--http-port', String(await ports.take('temporal-http'))],
    ...['--metrics-port', String(await ports.take('temporal-metrics'))],
    ...['--db-filename', path.join(dir, 'temporal.db')],
    ...['--log-format', 'pretty', '--log-level', 'warn', '--ui-disable-news-fetch'],
    // A connection file or TEMPORAL_* variables of the person must not redirect the server.
    ...['--disable-config-file', '--disable-config-env'],
    ...DYNAMIC_CONFIG.flatMap((value) => ['--dynamic-config-value', value]),
  ];
}

interface Starting {
  readonly running: RunningProcess;
  readonly port: number;
  readonly address: string;
  readonly logFile: string;
  readonly options: TemporalOptions;
}

async function untilReady({ running, port, address, logFile, options }: Starting): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  let ended = false;
  void running.exited.then(() => (ended = true));
  while (Date.now() < deadline) {
    options.signal?.throwIfAborted();
    if (ended) throw new Error(`temporal ended while starting:\n${tail(logFile)}`);
    if ((await isListening(port)) && (await hasNamespace(options.binary, address))) return;
    await delay(PROBE_INTERVAL_MS);
  }
  const seconds = READY_TIMEOUT_MS / 1000;
  throw new Error(`temporal was not ready within ${seconds} s:\n${tail(logFile)}`);
}

/** The port answers before the namespace exists, and clients need both. */
async function hasNamespace(binary: string, address: string): Promise<boolean> {
  const args = ['operator', 'namespace', 'describe', '--namespace', 'default'];
  args.push('--address', address, '--command-timeout', '3s');
  args.push('--disable-config-file', '--disable-config-env');
  return (await runCommand({ command: binary, args })).code === 0;
}

async function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: HOST, timeout: 2_000 });
    const answer = (value: boolean) => {
      socket.destroy();
      resolve(value);
    };
    socket.once('connect', () => answer(true));
    socket.once('timeout', () => answer(false));
    socket.once('error', () => answer(false));
  });
}

function tail(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n');
  return `${lines.slice(-LOG_TAIL_LINES).join('\n')}\n(all of it: ${logFile})`;
}
