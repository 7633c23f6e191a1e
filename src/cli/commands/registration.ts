import type { Command } from 'commander';
import { EXIT_CODES_HELP, type ExitCode } from '../exit-codes.ts';
import type { CommandBody } from '../context.ts';
import type { Interruptible } from '../run-command.ts';

/** Runs a command's body with everything it needs. */
export type Runner = (body: CommandBody<ExitCode>, interruptible?: Interruptible) => Promise<void>;

/** Adds one command to the program. */
export type Register = (program: Command, run: Runner) => void;

export interface HelpTexts {
  readonly examples: readonly string[];
  /** The shape of the value that `--output json` prints. */
  readonly json: string;
  readonly notes?: string;
}

/** What stands under every command's options: examples, the JSON shape, the exit codes. */
export function helpTexts({ examples, json, notes }: HelpTexts): string {
  const parts = [
    ...(notes === undefined ? [] : [notes]),
    `${examples.length === 1 ? 'Example' : 'Examples'}:\n${examples.map((line) => `  $ ${line}`).join('\n')}`,
    `With --output json:\n  ${json}\n  on failure {"kind":"error","code":…,"message":…,"exitCode":…}`,
    EXIT_CODES_HELP,
  ];
  return `\n${parts.join('\n\n')}`;
}

export const RUN_ARGUMENT =
  'workflow id such as mesh/prod-eu, or the cluster; may be left out when one run is open';
