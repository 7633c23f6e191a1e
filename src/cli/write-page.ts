import { writeFileSync } from 'node:fs';
import { CliError } from './cli-error.ts';
import { EXIT_CODES } from './exit-codes.ts';

/** Writes what a command made into a file; `what` names it in the message when that fails. */
export function writePage(file: string, text: string, what: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError('Failed', EXIT_CODES.failed, `cannot write ${what} to ${file}: ${why}`);
  }
}
