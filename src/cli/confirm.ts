import { confirm as ask, isCancel } from '@clack/prompts';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './context.ts';
import { EXIT_CODES } from './exit-codes.ts';

/** Asks on a terminal; scripts are not asked, and `--yes` has answered. Throws when the answer is no. */
export async function confirm(
  context: CommandContext,
  message: string,
  isAnswered: boolean,
): Promise<void> {
  const { stdin, stderr } = context.io;
  if (isAnswered || !stdin.isTTY || !stderr.isTTY) return;
  // Standard output belongs to the result, so the question goes to standard error.
  const answer = await ask({
    message,
    initialValue: false,
    input: stdin,
    output: stderr,
    signal: context.signal,
  });
  if (isCancel(answer)) {
    throw new CliError('Interrupted', EXIT_CODES.interrupted, 'interrupted; nothing was sent');
  }
  if (!answer)
    throw new CliError('NotConfirmed', EXIT_CODES.failed, 'not confirmed; nothing was sent');
}
