import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, closeSync, constants, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createDieWithParent, type CommandLine } from './die-with-parent.ts';
import { errorCode } from './error-code.ts';
import { isSameProcess, startTimeOf, type ProcessIdentity } from './process-identity.ts';
import { ProcessRecord } from './process-record.ts';

export interface SpawnOptions {
  readonly name: string;
  readonly command: string;
  readonly args: string[];
  /** Added to a minimal environment; the caller's KUBECONFIG, proxies and the like do not get in. */
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** Standard output and error are appended here. */
  readonly logFile: string;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly startTime: string;
  /** The exit code, or null when a signal ended it. Never rejects. */
  readonly exited: Promise<number | null>;
  /** SIGTERM, and SIGKILL after the grace period. Safe to call twice. */
  stop(): Promise<void>;
}

export type Spawn = (options: SpawnOptions) => Promise<RunningProcess>;

export interface SpawnerOptions {
  readonly stateDir: string;
  readonly graceMs?: number;
}

const GRACE_MS = 5_000;
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ'];

/** A `Spawn` whose processes are recorded in `<stateDir>/processes.json` and die with this process on Linux. */
export function createSpawn({ stateDir, graceMs = GRACE_MS }: SpawnerOptions): Spawn {
  const record = new ProcessRecord(stateDir);
  const wrap = createDieWithParent();
  return async (options) => {
    checkExecutable(options);
    const child = start(options, wrap(options));
    const { pid } = child;
    if (pid === undefined) throw new Error(await spawnFailure(options, child));
    const startTime = startTimeOf(pid) ?? 'gone';
    // Synchronous, in the same turn as the spawn: a supervisor killed right after still leaves the record.
    record.add({ name: options.name, pid, startTime });
    const exited = new Promise<number | null>((resolve) =>
      child.once('exit', (code) => resolve(code)),
    );
    void exited.then(() => record.remove({ pid, startTime }));
    const stop = async () => endProcess({ pid, startTime }, { exited, graceMs });
    return { name: options.name, pid, startTime, exited, stop };
  };
}

/** Ends what a killed supervisor left behind; returns the names of what was still alive. */
export async function reapRecorded(stateDir: string, graceMs = GRACE_MS): Promise<string[]> {
  const record = new ProcessRecord(stateDir);
  const alive = record.load().filter(isSameProcess);
  await Promise.all(alive.map((identity) => endProcess(identity, { graceMs })));
  record.clear();
  return alive.map(({ name }) => name);
}

/** SIGTERM, then SIGKILL, to the process and the group it leads; resolves when it is gone. */
export async function endProcess(
  identity: ProcessIdentity,
  { graceMs = GRACE_MS, exited }: { graceMs?: number; exited?: Promise<unknown> } = {},
): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGTERM', graceMs],
    ['SIGKILL', GRACE_MS],
  ] as const) {
    if (!isSameProcess(identity)) break;
    signalGroup(identity.pid, signal);
    if (await isGone(identity, { withinMs: waitMs })) break;
  }
  await exited;
}

async function isGone(
  identity: ProcessIdentity,
  { withinMs }: { withinMs: number },
): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  for (let pauseMs = 10; Date.now() < deadline; pauseMs = Math.min(pauseMs * 2, 200)) {
    if (!isSameProcess(identity)) return true;
    await delay(pauseMs);
  }
  return !isSameProcess(identity);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  // Every child leads its own group; a process that does not (another kind of record) is signalled alone.
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch (error) {
      if (errorCode(error) !== 'ESRCH') throw error;
    }
  }
}

function start(options: SpawnOptions, wrapped: CommandLine): ChildProcess {
  mkdirSync(path.dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, 'a');
  try {
    return spawn(wrapped.command, wrapped.args, {
      // A group of its own: Ctrl-C at the terminal reaches the supervisor alone, which stops parts in order.
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...inheritedEnvironment(), ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
  } finally {
    closeSync(log);
  }
}

function inheritedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    INHERITED.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function checkExecutable({ name, command }: SpawnOptions): void {
  if (!path.isAbsolute(command)) return;
  try {
    accessSync(command, constants.X_OK);
  } catch (cause) {
    throw new Error(`${name}: ${command} is missing or not executable`, { cause });
  }
}

async function spawnFailure({ name, command }: SpawnOptions, child: ChildProcess): Promise<string> {
  const reason = await new Promise<Error>((resolve) => child.once('error', resolve));
  return `${name}: ${command} could not be started: ${reason.message}`;
}
