import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ensureTools } from './build-tools.ts';
import { withLock } from './lock.ts';
import { endProcess, reapRecorded } from './process.ts';
import {
  isSameProcess,
  ownIdentity,
  startTimeOf,
  type ProcessIdentity,
} from './process-identity.ts';
import {
  clearState,
  readRig,
  rigsRoot,
  stateDirOf,
  type RigExtras,
  type RigState,
} from './rig-state.ts';
import type { RigRequest } from './supervisor.ts';
import type { BuildProgress } from './tools/build-progress.ts';
import { UserError } from './user-error.ts';

export { readRig } from './rig-state.ts';

export interface StartRigOptions extends RigExtras {
  readonly name: string;
  /** Without mesh and sample workloads. */
  readonly bare?: boolean;
  /** The rig ends when the calling process does, however that ends: for the demo and the tests. */
  readonly endsWithCaller?: boolean;
  /** Called with each change while the rig starts. */
  readonly onChange?: (state: RigState) => void;
  readonly progress?: BuildProgress;
  /** Called when another process is bringing this rig up or down. */
  readonly onWait?: (holder: ProcessIdentity) => void;
  readonly signal?: AbortSignal;
}

export interface StartedRig {
  readonly state: RigState;
  readonly wasUp: boolean;
}

const READY_TIMEOUT_MS = 300_000;
const POLL_MS = 100;
/** The supervisor's own limits for stopping its parts fit in. */
const STOP_GRACE_MS = 40_000;
const LOG_TAIL_LINES = 15;

/** Brings a rig up in the background, or says that it is up already; rejects when it cannot be. */
export async function startRig(options: StartRigOptions): Promise<StartedRig> {
  return prepareRig(options, async (request) => {
    const supervisor = launchSupervisor(request);
    try {
      return await untilReady(supervisor, { request, options });
    } catch (error) {
      await endProcess(supervisor, { graceMs: STOP_GRACE_MS });
      await reapRecorded(request.stateDir);
      throw error;
    }
  });
}

/**
 * Builds the tools, clears what a killed supervisor left, and calls `launch` unless the rig is up.
 * The rig's lock is held until `launch` resolves, so of two callers the second finds the rig up.
 */
export async function prepareRig(
  options: StartRigOptions,
  launch: (request: RigRequest) => Promise<RigState>,
): Promise<StartedRig> {
  const { name, bare = false, endsWithCaller = false, progress, onWait, signal } = options;
  const {
    standInProxies = false,
    unrevisioned = false,
    auditsPods = false,
    controllers = [],
    istio = [],
  } = options;
  const stateDir = stateDirOf(name);
  const upBefore = readyRig(name);
  if (upBefore !== undefined) return { state: upBefore, wasUp: true };
  const shown = progress === undefined ? {} : { progress };
  const tools = await ensureTools({ signal, controllers, istio, ...shown });
  const lock = { file: lockFile(name), signal, ...(onWait === undefined ? {} : { onWait }) };
  return withLock(lock, async () => {
    const up = readyRig(name);
    if (up !== undefined) return { state: up, wasUp: true };
    await clearRig(name);
    rmSync(path.join(stateDir, 'logs'), { recursive: true, force: true });
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    const owner = endsWithCaller ? { owner: ownIdentity() } : {};
    const state = await launch({
      ...{
        name,
        bare,
        standInProxies,
        unrevisioned,
        auditsPods,
        controllers,
        istio,
        stateDir,
        tools,
      },
      ...owner,
    });
    return { state, wasUp: false };
  });
}

/** Takes a rig down, and cleans up after one whose supervisor was killed; false when there was nothing. */
export async function stopRig(name: string): Promise<boolean> {
  // Before the lock is asked for: a caller that waits for this rig to become ready holds it.
  const stopped = await stopSupervisor(name);
  return withLock({ file: lockFile(name) }, async () => (await clearRig(name)) || stopped);
}

/** A rig whose supervisor is alive and which has become ready. */
export function readyRig(name: string): RigState | undefined {
  const state = readRig(name);
  return state?.phase === 'ready' && isSameProcess(state.supervisor) ? state : undefined;
}

async function stopSupervisor(name: string): Promise<boolean> {
  const state = readRig(name);
  if (state === undefined || !isSameProcess(state.supervisor)) return false;
  await endProcess(state.supervisor, { graceMs: STOP_GRACE_MS });
  return true;
}

async function clearRig(name: string): Promise<boolean> {
  const stateDir = stateDirOf(name);
  const wasThere = readRig(name) !== undefined;
  const stopped = await stopSupervisor(name);
  const left = await reapRecorded(stateDir);
  clearState(stateDir);
  return stopped || wasThere || left.length > 0;
}

function launchSupervisor(request: RigRequest): ProcessIdentity {
  const requestFile = path.join(request.stateDir, 'request.json');
  writeFileSync(requestFile, `${JSON.stringify(request, undefined, 2)}\n`);
  const output = supervisorOutput(request.stateDir);
  mkdirSync(path.dirname(output), { recursive: true });
  const log = openSync(output, 'a');
  const main = fileURLToPath(new URL('supervisor-main.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', main, requestFile],
    {
      detached: true,
      cwd: request.stateDir,
      stdio: ['ignore', log, log],
    },
  );
  closeSync(log);
  child.unref();
  if (child.pid === undefined) throw new Error(`${process.execPath} could not be started`);
  return { pid: child.pid, startTime: startTimeOf(child.pid) ?? 'gone' };
}

async function untilReady(
  supervisor: ProcessIdentity,
  { request, options }: { request: RigRequest; options: StartRigOptions },
): Promise<RigState> {
  const { name, stateDir } = request;
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    options.signal?.throwIfAborted();
    // Looked at before the file is read, so that the last word of one that ended is not missed.
    const isAlive = isSameProcess(supervisor);
    const state = readRig(name);
    if (state !== undefined) options.onChange?.(state);
    if (state?.phase === 'ready' && isAlive) return state;
    if (state?.phase === 'failed')
      throw new UserError(`rig "${name}" did not start: ${state.error ?? ''}`);
    if (!isAlive) throw new UserError(endedEarly(name, stateDir));
    await delay(POLL_MS);
  }
  const seconds = READY_TIMEOUT_MS / 1000;
  throw new UserError(
    `rig "${name}" was not ready within ${seconds} s; see ${path.join(stateDir, 'logs')}`,
  );
}

function endedEarly(name: string, stateDir: string): string {
  const output = supervisorOutput(stateDir);
  const lines = readFileSync(output, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES);
  const end = lines.join('\n');
  return `rig "${name}" was taken down or killed while it was starting; see ${path.dirname(output)}${end === '' ? '' : `\n${end}`}`;
}

function supervisorOutput(stateDir: string): string {
  return path.join(stateDir, 'logs', 'supervisor.out.log');
}

function lockFile(name: string): string {
  return path.join(rigsRoot(), `.${name}.lock`);
}
