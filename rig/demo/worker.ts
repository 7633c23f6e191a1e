import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createSpawn, type RunningProcess } from '../process.ts';
import { UserError } from '../user-error.ts';
import type { TemporalCli } from './temporal-cli.ts';

export interface WorkerOptions {
  /** Where the process is on record while it runs. */
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly temporal: Pick<TemporalCli, 'hasWorker'>;
  readonly signal: AbortSignal;
}

const WORKER = fileURLToPath(new URL('../../src/worker.ts', import.meta.url));
const TASK_QUEUE = 'meshlift';
const READY_TIMEOUT_MS = 120_000;
const POLL_MS = 500;
const LOG_TAIL_LINES = 15;
/** The worker hands over what it has begun before it ends. */
const STOP_GRACE_MS = 45_000;

/** Starts a worker of the product and returns once the Temporal server sees it. */
export async function startWorker(options: WorkerOptions): Promise<RunningProcess> {
  const { dir, env, logFile } = options;
  const worker = await createSpawn({ stateDir: dir, graceMs: STOP_GRACE_MS })({
    name: 'worker',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', WORKER],
    env: { ...env },
    logFile,
  });
  try {
    await untilSeen(worker, options);
    return worker;
  } catch (error) {
    await worker.stop();
    throw error;
  }
}

async function untilSeen(worker: RunningProcess, options: WorkerOptions): Promise<void> {
  const { temporal, signal, logFile } = options;
  const state = { ended: false };
  void worker.exited.then(() => (state.ended = true));
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!(await temporal.hasWorker(TASK_QUEUE))) {
    if (state.ended || Date.now() > deadline) throw new UserError(notReady(state.ended, logFile));
    await delay(POLL_MS, undefined, { signal });
  }
}

function notReady(hasEnded: boolean, logFile: string): string {
  const what = hasEnded ? 'ended' : `was not seen by the server in ${READY_TIMEOUT_MS / 1000} s`;
  const tail = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES);
  return `the worker ${what}; its log is ${logFile}\n${tail.join('\n')}`;
}
