/** What a command's exit code says; the same for every command. */
export const EXIT_CODES = {
  done: 0,
  failed: 1,
  /** Wrong arguments, an unreadable file, an input that the product refuses. */
  invalid: 2,
  blocked: 3,
  rolledBack: 4,
  /** Halted, or a person is waited for. */
  waiting: 5,
  /** No such run, no Temporal server, no worker, no cluster. */
  unreachable: 6,
  /** Ctrl-C: the shell's own convention, so that no script takes it for success. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

export const EXIT_CODES_HELP = `Exit codes: 0 done · 1 failed · 2 wrong usage or input · 3 blocked by findings ·
4 rolled back · 5 halted or waiting for a person · 6 not found or no connection · 130 interrupted`;
