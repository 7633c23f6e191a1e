import { spawn, type ChildProcess } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { CommandError, redactArguments, type CommandFailure } from './command-error.ts';
import {
  containedCommand,
  detectContainment,
  watchChild,
  type Containment,
} from './die-with-worker.ts';

export interface CommandRequest {
  /** An absolute path, or a name that is looked up in PATH. */
  readonly command: string;
  /** Handed over as they are: no shell reads them. */
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to PATH and HOME; nothing else of our own environment gets in. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** For the whole run, from start to the end of output. */
  readonly timeoutMs: number;
  /** Limit of standard output and of standard error, each. */
  readonly maxOutputBytes?: number;
  /** Exit codes that count as a result; 0 unless given. */
  readonly acceptExitCodes?: readonly number[];
  readonly signal: AbortSignal;
}

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Runs programs without a shell; children die with this process. */
export interface CommandRunner {
  /** What keeps children from outliving this process on this machine. */
  readonly containment: Containment;
  /**
   * Resolves when the command has ended well. Throws `CommandError`, or the signal's reason when
   * aborted; in either case the command and its process group are gone by then.
   */
  run(request: CommandRequest): Promise<CommandResult>;
}

const DEFAULT_MAX_OUTPUT_BYTES = 32 * 1024 * 1024;
const STDERR_TAIL_BYTES = 4 * 1024;
const INHERITED = ['PATH', 'HOME'];

/** A runner with the strongest containment that this machine offers, unless one is named. */
export function createCommandRunner(
  options: { readonly containment?: Containment } = {},
): CommandRunner {
  const containment = options.containment ?? detectContainment();
  return { containment, run: async (request) => runCommand(containment, request) };
}

async function runCommand(
  containment: Containment,
  request: CommandRequest,
): Promise<CommandResult> {
  request.signal.throwIfAborted();
  checkArguments(request);
  await checkExecutable(request);
  const child = start(containment, request);
  const unwatch = watchChild(containment, child);
  try {
    return await new Observation(child, request).result();
  } finally {
    unwatch();
  }
}

function start(containment: Containment, request: CommandRequest): ChildProcess {
  const wrapped = containedCommand(containment, request.command, request.args);
  return spawn(wrapped.command, wrapped.args, {
    // A group of its own: killing the command takes with it whatever it started.
    detached: true,
    shell: false,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...inheritedEnvironment(), ...request.env },
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
  });
}

/** One run under way: collects output, enforces the limits, and tells how it ended. */
class Observation {
  readonly #child: ChildProcess;
  readonly #request: CommandRequest;
  readonly #stdout: Buffer[] = [];
  readonly #stderr: Buffer[] = [];
  #killedFor: 'deadline' | 'output-too-large' | 'aborted' | undefined;
  #startFailure: Error | undefined;

  constructor(child: ChildProcess, request: CommandRequest) {
    this.#child = child;
    this.#request = request;
    child.once('error', (error) => (this.#startFailure = error));
    this.#collect(child.stdout, this.#stdout);
    this.#collect(child.stderr, this.#stderr);
    // A command that ends without reading its input is no failure of its own.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(request.stdin ?? '');
  }

  async result(): Promise<CommandResult> {
    const { signal, timeoutMs } = this.#request;
    const onAbort = (): void => this.#kill('aborted');
    const deadline = setTimeout(() => this.#kill('deadline'), timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      const [exitCode, endedBy] = await this.#closed();
      return this.#conclude(exitCode, endedBy);
    } finally {
      clearTimeout(deadline);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** `close` comes after the exit and the end of output, and after a failed start. */
  async #closed(): Promise<[number | null, NodeJS.Signals | null]> {
    return new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve([code, signal]));
    });
  }

  #conclude(exitCode: number | null, endedBy: NodeJS.Signals | null): CommandResult {
    const { signal, acceptExitCodes = [0], timeoutMs } = this.#request;
    if (this.#killedFor === 'aborted') throw signal.reason;
    if (this.#startFailure !== undefined) throw this.#error('not-started');
    if (this.#killedFor === 'deadline')
      throw this.#error('deadline', { detail: `${timeoutMs} ms` });
    if (this.#killedFor !== undefined) {
      throw this.#error(this.#killedFor, { detail: `${this.#limit()} bytes` });
    }
    if (exitCode === null) throw this.#error('signal', { signal: endedBy ?? 'unknown' });
    if (!acceptExitCodes.includes(exitCode)) throw this.#error('exit-code', { exitCode });
    return { stdout: text(this.#stdout), stderr: text(this.#stderr), exitCode };
  }

  #collect(stream: NodeJS.ReadableStream | null, into: Buffer[]): void {
    let size = 0;
    stream?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > this.#limit()) this.#kill('output-too-large');
      else into.push(chunk);
    });
  }

  #limit(): number {
    return this.#request.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES;
  }

  /** The first reason to kill is the one that is reported. */
  #kill(reason: 'deadline' | 'output-too-large' | 'aborted'): void {
    this.#killedFor ??= reason;
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Gone already: its group has no member left.
    }
    // A descendant in a group of its own could hold the pipes open and keep us waiting for ever.
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  #error(
    failure: CommandFailure,
    more: { readonly exitCode?: number; readonly signal?: string; readonly detail?: string } = {},
  ): CommandError {
    const { command, args } = this.#request;
    const cause = this.#startFailure;
    const detail = more.detail ?? cause?.message;
    return new CommandError(
      {
        command,
        args: redactArguments(args),
        failure,
        stderrTail: text(this.#stderr).slice(-STDERR_TAIL_BYTES),
        ...more,
        ...(detail === undefined ? {} : { detail }),
      },
      cause === undefined ? undefined : { cause },
    );
  }
}

/** The operating system ends a string at a NUL: what follows would be lost in silence. */
function checkArguments({ command, args, timeoutMs }: CommandRequest): void {
  const fault = [command, ...args].findIndex((part) => part.includes('\0'));
  const details = [
    ...(command === '' ? ['the command is empty'] : []),
    ...(fault < 0 ? [] : [fault === 0 ? 'NUL in the command' : `NUL in argument ${fault}`]),
    ...(Number.isFinite(timeoutMs) && timeoutMs > 0 ? [] : ['timeoutMs is not above 0']),
  ];
  if (details.length === 0) return;
  throw new CommandError({
    command: command.replaceAll('\0', '\\0'),
    args: redactArguments(args).map((arg) => arg.replaceAll('\0', '\\0')),
    failure: 'invalid-arguments',
    stderrTail: '',
    detail: details.join(', '),
  });
}

/** Wrapped in setpriv, a missing file would look like a command that exited with 127. */
async function checkExecutable({ command, args }: CommandRequest): Promise<void> {
  if (!command.includes('/')) return;
  try {
    await access(command, constants.X_OK);
  } catch (cause) {
    throw new CommandError(
      {
        command,
        args: redactArguments(args),
        failure: 'not-started',
        stderrTail: '',
        detail: 'missing or not executable',
      },
      { cause },
    );
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

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}
