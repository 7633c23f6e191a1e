import { spawn } from 'node:child_process';
import { createDieWithParent } from '../die-with-parent.ts';

export interface RunOptions {
  readonly command: string;
  readonly args: string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** Each line of standard error as it comes. */
  readonly onErrorLine?: (line: string) => void;
}

export interface RunResult {
  /** The exit code; null when a signal ended it, 'missing' when there is no such command. */
  readonly code: number | null | 'missing';
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end without a shell and without throwing. */
export async function runCommand(options: RunOptions): Promise<RunResult> {
  const { signal } = options;
  signal?.throwIfAborted();
  const wrapped = options.onErrorLine === undefined ? options : createDieWithParent()(options);
  const child = spawn(wrapped.command, wrapped.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const abort = () => child.kill('SIGINT');
  signal?.addEventListener('abort', abort);
  const out = collect(child.stdout);
  const err = collect(child.stderr, options.onErrorLine);
  const code = await new Promise<RunResult['code']>((resolve) => {
    child.once('error', () => resolve('missing'));
    child.once('close', (exitCode) => resolve(exitCode));
  });
  signal?.removeEventListener('abort', abort);
  signal?.throwIfAborted();
  return { code, stdout: out.text(), stderr: err.text() };
}

function collect(
  stream: NodeJS.ReadableStream,
  onLine?: (line: string) => void,
): { text(): string } {
  let text = '';
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text += chunk;
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine?.(line);
  });
  return { text: () => text };
}
