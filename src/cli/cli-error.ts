import type { ExitCode } from './exit-codes.ts';

/** What kind of failure a command reports as `code` in JSON. Append-only. */
export const ERROR_CODES = [
  'Usage',
  'InvalidConfiguration',
  'InvalidRequest',
  'PlanChanged',
  'NoConnection',
  'NoWorker',
  'NotFound',
  'Denied',
  'AlreadyRunning',
  'AlreadyExists',
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
  /** Further members of the error's JSON, for programs. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    exitCode: ExitCode,
    message: string,
    options: ErrorOptions & { readonly facts?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options);
    this.code = code;
    this.exitCode = exitCode;
    this.facts = options.facts ?? {};
  }
}
