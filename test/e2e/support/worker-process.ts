import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface WorkerProcess {
  readonly pid: number;
  /** As the kernel's OOM killer or a lost machine would end it: at once, with its process group. */
  readonly kill9: () => Promise<void>;
  /** As an orchestrator ends it. */
  readonly stop: () => Promise<void>;
  /** Processes that it has started and that run now. */
  readonly children: () => readonly ChildProcessInfo[];
}

export interface ChildProcessInfo {
  readonly pid: number;
  readonly command: string;
}

const WORKER = fileURLToPath(new URL('../../../src/worker.ts', import.meta.url));
const STOP_GRACE_MS = 45_000;

/** The worker as people run it, in a process group of its own; its output is kept in `logFile`. */
export function startWorker({
  env,
  logFile,
}: {
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}): WorkerProcess {
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [WORKER], {
    detached: true,
    env: { HOME: process.env['HOME'] ?? '/', ...testRunMark(), ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${process.execPath} could not be started`);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null;

  return {
    pid,
    kill9: async () => {
      process.kill(-pid, 'SIGKILL');
      await ended;
    },
    stop: async () => {
      if (isGone()) return;
      child.kill('SIGTERM');
      const force = setTimeout(() => process.kill(-pid, 'SIGKILL'), STOP_GRACE_MS);
      await ended;
      clearTimeout(force);
    },
    children: () => listProcesses().filter(({ parent }) => parent === pid),
  };
}

/** The mark by which the test command finds what an interrupted run left. */
function testRunMark(): Record<string, string> {
  const mark = process.env['MESHLIFT_TEST_RUN'];
  return mark === undefined ? {} : { MESHLIFT_TEST_RUN: mark };
}

/** The processes of a list that still run. */
export function stillRunning(processes: readonly ChildProcessInfo[]): readonly ChildProcessInfo[] {
  const now = new Map(listProcesses().map(({ pid, command }) => [pid, command]));
  return processes.filter(({ pid, command }) => now.get(pid) === command);
}

function listProcesses(): readonly (ChildProcessInfo & { readonly parent: number })[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' });
  return lines.split('\n').flatMap((line) => {
    const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (command === undefined || state?.startsWith('Z') === true) return [];
    return [{ pid: Number(pid), parent: Number(parent), command }];
  });
}
