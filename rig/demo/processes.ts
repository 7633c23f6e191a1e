import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createDieWithParent } from '../die-with-parent.ts';
import { rigEnvironment } from '../environment.ts';
import type { RigEndpoints } from '../rig-state.ts';

export interface RunOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where standard output goes: to a descriptor of ours, or back to the caller. */
  readonly stdout: number | 'capture';
  readonly stderr: number;
  readonly signal: AbortSignal;
}

export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
}

/** MESHLIFT_TEST_* stays: by it a test run knows the processes that are its own. */
const PERSONAL = /^(TEMPORAL_|MESHLIFT_(?!TEST_))/;

/** What a program needs to work with this rig, and nothing of the person's own Temporal or meshlift. */
export function programEnvironment(
  { name, dir }: { readonly name: string; readonly dir: string },
  endpoints: RigEndpoints,
): Record<string, string> {
  const own = Object.entries(process.env).flatMap(([key, value]): [string, string][] =>
    value === undefined || PERSONAL.test(key) ? [] : [[key, value]],
  );
  // Without one of our own, a profile in the person's home would add its TLS and keys.
  const profiles = path.join(dir, 'temporal.toml');
  mkdirSync(dir, { recursive: true });
  writeFileSync(profiles, '[profile.default]\n');
  return {
    ...Object.fromEntries(own),
    ...rigEnvironment(name, endpoints),
    TEMPORAL_CONFIG_FILE: profiles,
    PATH: `${endpoints.binDir}${path.delimiter}${process.env['PATH'] ?? ''}`,
  };
}

/** Runs a program to its end; one that is still running when the demo ends, ends with it. */
export async function runProgram(options: RunOptions): Promise<Finished> {
  const { stdout, stderr, signal } = options;
  signal.throwIfAborted();
  const wrapped = createDieWithParent()({ command: options.command, args: [...options.args] });
  const child = spawn(wrapped.command, wrapped.args, {
    env: options.env,
    stdio: ['ignore', stdout === 'capture' ? 'pipe' : stdout, stderr],
  });
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  try {
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const exitCode = await ended;
    signal.throwIfAborted();
    return { exitCode, stdout: text };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
