import type { ExitCode } from './exit-codes.ts';

/** What kind of failure a command reports as `code` in JSON. Append-only. */
export const ERROR_CODES = [
  'Usage',
  'InvalidConfiguration',
  'InvalidRequest',
  'NoConnection',
  'NoWorker',
  'NotFound',
  'Denied',
  'AlreadyRunning',
  'MessageRefused',
  'NotConfirmed',
  'Interrupted',
  'Failed',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** An end of a command that a person can do something about: the message says what. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: ErrorCode;
  readonly exitCode: ExitCode;

  constructor(code: ErrorCode, exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.exitCode = exitCode;
  }
}
