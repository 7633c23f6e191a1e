import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface NodeRun {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly limitMinutes: number;
}

export interface NodeExit {
  readonly code: number;
  readonly timedOut: boolean;
}

const KILL_AFTER_MS = 10_000;

/** Runs a script under this same Node with its output on ours and no standard input. */
export async function runNode({ args, env, signal, limitMinutes }: NodeRun): Promise<NodeExit> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  let timedOut = false;
  let killer: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill('SIGTERM');
    killer ??= setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  };
  const limit = setTimeout(() => {
    timedOut = true;
    end();
  }, limitMinutes * 60_000);
  signal.addEventListener('abort', end, { once: true });
  try {
    return await new Promise<NodeExit>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve({ code: code ?? 1, timedOut }));
    });
  } finally {
    clearTimeout(limit);
    clearTimeout(killer);
    signal.removeEventListener('abort', end);
  }
}
