import { setTimeout as delay } from 'node:timers/promises';
import { debuglog } from 'node:util';
import { CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import { describeError, type DescribedError } from './describe-error.ts';
import { readConfig, readConfigIfAny } from './config-file.ts';
import type { CommandBody, CommandContext } from './context.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import { createOutput, printableLines, type Output, type OutputFormat } from './output.ts';
import { connectTemporal, type TemporalSession } from './temporal/session.ts';

export interface GlobalOptions {
  readonly config?: string;
  readonly output: OutputFormat;
  readonly color: boolean;
}

/** Whether Ctrl-C may end a command in the middle, or it winds up in its own time, as a worker does. */
export type Interruptible = 'at-once' | 'by-itself';

/** Runs one command: gives it what it needs, closes what it opened, turns its end into an exit code. */
export async function runCommand(
  io: Io,
  options: GlobalOptions,
  body: CommandBody<ExitCode>,
  interruptible: Interruptible = 'at-once',
): Promise<ExitCode> {
  const output = createOutput(io, options.output, options.color);
  const interruption = listenForInterrupt();
  let session: Promise<TemporalSession> | undefined;
  const context: CommandContext = {
    io,
    output,
    signal: interruption.signal,
    config: () => readConfig(io, options.config),
    configIfAny: () => readConfigIfAny(io, options.config),
    temporal: () => (session ??= connectTemporal()),
  };
  try {
    const running = body(context);
    if (interruptible === 'by-itself') return await running;
    return await Promise.race([running, endAfterInterrupt(interruption.signal)]);
  } catch (error) {
    return await reportError(output, error, interruption.signal.aborted);
  } finally {
    interruption.stop();
    // A session that never came about was reported above; one that will not close is no news.
    await session?.then((open) => open.close()).catch(ignoreFailedClose);
  }
}

/** The end of a command line that was refused before any command ran. */
export async function refuseCommandLine(
  io: Io,
  format: OutputFormat,
  error: unknown,
): Promise<ExitCode> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT_CODES.done;
    // commander has written its own words to standard error by now.
    if (format === 'json') writeErrorValue(createOutput(io, format, false), usageError(error));
    return EXIT_CODES.invalid;
  }
  return reportError(createOutput(io, format, false), error, false);
}

async function reportError(
  output: Output,
  error: unknown,
  isInterrupted: boolean,
): Promise<ExitCode> {
  const described = await describeError(error, isInterrupted);
  // NODE_DEBUG=meshlift shows where an unexpected failure came from.
  debuglog('meshlift')('%s', error instanceof Error ? error.stack : error);
  output.note(`meshlift: ${printableLines(described.message)}`);
  if (output.format === 'json') writeErrorValue(output, described);
  return described.exitCode;
}

function writeErrorValue(output: Output, { code, message, exitCode, facts }: DescribedError): void {
  output.result({ kind: 'error', code, message, exitCode, ...facts }, () => message);
}

function usageError(error: CommanderError): DescribedError {
  // Without any command commander prints the help and calls that an error of its own.
  const message =
    error.code === 'commander.help'
      ? 'expected a command; `meshlift --help` lists them'
      : error.message.replace(/^error: /, '');
  return { code: 'Usage', message, exitCode: EXIT_CODES.invalid };
}

const WIND_UP_MS = 2000;

/** A command that waits for somebody's answer is not waited for long after Ctrl-C. */
async function endAfterInterrupt(signal: AbortSignal): Promise<never> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await delay(WIND_UP_MS);
  throw new CliError('Interrupted', EXIT_CODES.interrupted, 'interrupted');
}

/** The first Ctrl-C asks the command to end; the second ends the process. */
function listenForInterrupt(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const onInterrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT_CODES.interrupted);
    controller.abort();
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  return {
    signal: controller.signal,
    stop: () => {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onInterrupt);
    },
  };
}

function ignoreFailedClose(): void {
  // Nothing to do: the process is about to end.
}
