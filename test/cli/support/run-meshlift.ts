import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What to run, from the repository's root; the starter unless said. */
  readonly entry?: string;
  /** Sent once this text has appeared on standard output. */
  readonly interruptAfter?: string;
}

const ROOT = new URL('../../../', import.meta.url);

/** Runs the command as a person would, without what this process happens to have in its environment. */
export async function runMeshlift(
  args: readonly string[],
  { env = {}, cwd, entry = 'src/starter.ts', interruptAfter }: RunOptions = {},
): Promise<Ran> {
  const began = performance.now();
  const child = spawn(process.execPath, [fileURLToPath(new URL(entry, ROOT)), ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let interrupted = false;
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    if (interrupted || interruptAfter === undefined || !stdout.includes(interruptAfter)) return;
    // Once: a second interrupt ends the command without its words.
    interrupted = true;
    child.kill('SIGINT');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, stdout, stderr, seconds: (performance.now() - began) / 1000 };
}

/** The one JSON value that a command wrote; throws when there is none or more than one. */
export function readJson(ran: Ran): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(ran.stdout);
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`expected an object on standard output, found ${ran.stdout}`);
  }
  return { ...value };
}
