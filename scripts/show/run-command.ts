import { spawn } from 'node:child_process';
import path from 'node:path';
import { errorCode } from '../../rig/error-code.ts';

export interface CommandOptions {
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly limitMinutes: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface CommandEnd {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly seconds: number;
}

/** Runs a command as a person would type it; all it prints goes to our standard error. */
export async function runCommand(
  [command, ...args]: readonly [string, ...string[]],
  { cwd, signal, limitMinutes, env = {} }: CommandOptions,
): Promise<CommandEnd> {
  const startedAt = Date.now();
  const child = spawn(command, args, {
    cwd,
    env: { ...personEnvironment(process.env), ...env },
    stdio: ['ignore', 'pipe', 2],
    // A group of its own: npm ends at a signal without passing it on to what it runs.
    detached: true,
  });
  const stop = (): void => signalGroup(child.pid);
  const ending = AbortSignal.any([signal, AbortSignal.timeout(limitMinutes * 60_000)]);
  ending.addEventListener('abort', stop, { once: true });
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    process.stderr.write(chunk);
  });
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    signal.throwIfAborted();
    return { exitCode, stdout, seconds: Math.round((Date.now() - startedAt) / 1000) };
  } finally {
    ending.removeEventListener('abort', stop);
  }
}

function signalGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGTERM');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

/** Without what npm and our own start-up add: a newcomer's shell has none of it. */
export function personEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const kept = Object.entries(env).flatMap(([name, value]): [string, string][] =>
    value === undefined || ADDED.test(name) ? [] : [[name, value]],
  );
  const search = (env['PATH'] ?? '').split(path.delimiter).filter((dir) => !NPM_FOLDER.test(dir));
  return { ...Object.fromEntries(kept), PATH: search.join(path.delimiter) };
}

const ADDED = /^(npm_|INIT_CWD$|NODE$|NODE_OPTIONS$|MESHLIFT_|TEMPORAL_)/;
const NPM_FOLDER = /[\\/]node_modules[\\/]\.bin$|node-gyp-bin$/;
