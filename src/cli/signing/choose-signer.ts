import { isCancel, password } from '@clack/prompts';
import type { Signer } from '../../approvals/sign-decision.ts';
import { CliError } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { usage } from './decision-to-sign.ts';

export interface KeyOptions {
  readonly key?: string;
  /** True: the only key of the agent; a text: the one of that comment or id. */
  readonly agent?: true | string;
}

/** The key that the command line names. */
export async function chooseSigner(
  context: CommandContext,
  { key, agent }: KeyOptions,
): Promise<Signer> {
  if (key !== undefined && agent === undefined) {
    const { readSigner } = await import('../../approvals/private-key.ts');
    return readSigner(key, () => askPassphrase(context, `Passphrase of ${key}`));
  }
  if (agent === undefined || key !== undefined) {
    throw usage('expected either --key FILE or --agent, to sign with');
  }
  const socket = context.io.env['SSH_AUTH_SOCK'];
  if (socket === undefined || socket === '') {
    throw usage(
      'expected an SSH agent at SSH_AUTH_SOCK, which is not set. Start one, or use --key',
    );
  }
  const { agentSigner } = await import('../../approvals/ssh-agent.ts');
  return agentSigner(socket, agent === true ? undefined : agent);
}

/** Asked on a terminal only: there is no good way to hand a passphrase to a program. */
export async function askPassphrase(context: CommandContext, message: string): Promise<string> {
  const { stdin, stderr } = context.io;
  if (!stdin.isTTY || !stderr.isTTY) {
    throw usage(
      'expected a terminal to ask for the passphrase on, found none. Without one, sign with --agent',
    );
  }
  const answer = await password({
    message,
    input: stdin,
    output: stderr,
    signal: context.signal,
  });
  if (!isCancel(answer)) return answer;
  throw new CliError('Interrupted', EXIT_CODES.interrupted, 'interrupted; nothing was signed');
}
