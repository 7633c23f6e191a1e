import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Bench } from './bench.ts';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of the rig as a person at a shell would. */
export async function run(bench: Bench, program: string, args: readonly string[]): Promise<Ran> {
  const child = spawn(path.join(bench.endpoints.binDir, program), args, {
    env: { HOME: '/nonexistent', ...bench.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, stdout, stderr };
}

/** The plain Temporal command line; rejects when it fails. */
export async function temporal(bench: Bench, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(bench, 'temporal', args);
  if (code !== 0) throw new Error(`temporal ${args.join(' ')} exited with ${code}: ${stderr}`);
  return stdout;
}

/** The same, for one JSON value. */
export async function temporalJson<T>(bench: Bench, ...args: readonly string[]): Promise<T> {
  return JSON.parse(await temporal(bench, ...args, '--output', 'json')) as T;
}
