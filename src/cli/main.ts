import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import { buildProgram } from './program.ts';
import { refuseCommandLine, runCommand, type GlobalOptions } from './run-command.ts';

/** Runs one command line and answers its exit code; never throws. */
export async function main(io: Io, argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT_CODES.done;
  const program: Command = buildProgram(io, readVersion(), async (body, interruptible) => {
    exitCode = await runCommand(io, program.opts<GlobalOptions>(), body, interruptible);
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    return refuseCommandLine(io, program.opts<GlobalOptions>().output, error);
  }
}

/** The package's version; `package.json` lies two folders up from here, in `src` and in `dist` alike. */
function readVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const isNamed = typeof parsed === 'object' && parsed !== null && 'version' in parsed;
  return isNamed ? String(parsed.version) : 'unknown';
}
