import type { Command } from 'commander';
import type { MessageName } from '../../domain/messages.ts';
import type { CommandContext } from '../context.ts';
import { confirm } from '../confirm.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { stripUnprintable } from '../../domain/report-markdown.ts';
import { ownName } from '../own-name.ts';
import { RUN_ARGUMENT } from './registration.ts';
import { findRun, requireOpen } from '../temporal/find-run.ts';
import type { RunRef } from '../temporal/run-ref.ts';
import { sendSignal, sendUpdate, type MessageBody } from '../temporal/send-message.ts';
import type { TemporalSession } from '../temporal/session.ts';

/** Options that every command which sends a message has. */
export interface MessageOptions {
  readonly reason?: string;
  /** Who sends it, by their own words. */
  readonly by?: string;
  readonly signal?: boolean;
  readonly yes?: boolean;
}

/** Options of messages that may have to be signed. */
export interface ProvableOptions extends MessageOptions {
  readonly token?: string;
}

export interface Message {
  readonly name: MessageName;
  readonly body: MessageBody;
  /** Asked on a terminal before it is sent; without it the message is sent at once. */
  readonly question?: string;
}

export const MESSAGE_JSON =
  '{"kind":"message","message":…,"via":"update"|"signal","workflowId":…,"body":{…},"answer":…}';

/** Sends a message to the run that was named. */
export async function sendToRun(
  context: CommandContext,
  name: string | undefined,
  options: MessageOptions,
  message: Message,
): Promise<ExitCode> {
  const session = await context.temporal();
  const run = await findRun(session, name);
  await requireOpen(session, run);
  if (message.question !== undefined) {
    await confirm(context, `${run.workflowId}: ${message.question}`, options.yes === true);
  }
  return deliver(context, session, { run, message, asSignal: options.signal === true });
}

/** Sends it as Update or signal, and says what came of it. */
export async function deliver(
  context: CommandContext,
  session: TemporalSession,
  {
    run,
    message,
    asSignal,
  }: { readonly run: RunRef; readonly message: Message; readonly asSignal: boolean },
): Promise<ExitCode> {
  const { name, body } = message;
  const value = { kind: 'message', message: name, workflowId: run.workflowId, body };
  if (asSignal) {
    await sendSignal(session, run, message);
    context.output.result(
      { ...value, via: 'signal' },
      () =>
        `${run.workflowId}: ${name} was left as a signal; \`meshlift show ${run.workflowId}\` tells what came of it`,
    );
    return EXIT_CODES.done;
  }
  const answer = await sendUpdate(session, run, message);
  context.output.result({ ...value, via: 'update', answer: answer.message }, () =>
    stripUnprintable(`${run.workflowId}: ${answer.message}`),
  );
  return EXIT_CODES.done;
}

/** The body without members that were not given. */
export function bodyOf(
  members: Readonly<Record<string, string | boolean | undefined>>,
): MessageBody {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

/** Who sends a message: the token proves it, or the sender says it. */
export function who({ by, token }: ProvableOptions): {
  readonly by?: string;
  readonly token?: string;
} {
  if (token !== undefined) return { token };
  const name = by ?? ownName();
  return name === undefined ? {} : { by: name };
}

/** For decisions that a policy may want signed. */
export function addTokenOption(command: Command): Command {
  return command.option('--token <token>', 'a signed decision, as `meshlift sign` prints it');
}

/** The options and help that these commands share. */
export function addMessageOptions(command: Command): Command {
  return command
    .argument('[run]', RUN_ARGUMENT)
    .option('--reason <text>', 'why, for the report')
    .option('--by <name>', 'who you are, for the report (default: your user and host)')
    .option('--signal', 'leave it as a signal: needs no worker now, and brings no answer')
    .option('-y, --yes', "do not ask here whether to send it (answers the command's own question)");
}
