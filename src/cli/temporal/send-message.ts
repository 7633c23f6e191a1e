import type { Acknowledged, MessageName } from '../../domain/messages.ts';
import { handleOf, withDeadline } from './ask-run.ts';
import type { RunRef } from './run-ref.ts';
import type { TemporalSession } from './session.ts';

export type { MessageName };

/** One JSON object; members that were not given are absent. */
export type MessageBody = Readonly<Record<string, string | boolean>>;

/** An Update waits for the worker's answer, a pause also until the activity has left things consistent. */
const UPDATE_DEADLINE_MS = 30_000;
const SIGNAL_DEADLINE_MS = 10_000;

/** Sends the message as an Update: judged when it is handled, and answered. */
export function sendUpdate(
  session: TemporalSession,
  run: RunRef,
  message: { readonly name: MessageName; readonly body: MessageBody },
): Promise<Acknowledged> {
  return withDeadline(session, UPDATE_DEADLINE_MS, () =>
    handleOf(session, run).executeUpdate<Acknowledged, [MessageBody]>(message.name, {
      args: [message.body],
    }),
  );
}

/** Leaves the message as a signal: kept by the server until a worker handles it, never answered. */
export function sendSignal(
  session: TemporalSession,
  run: RunRef,
  message: { readonly name: MessageName; readonly body: MessageBody },
): Promise<void> {
  return withDeadline(session, SIGNAL_DEADLINE_MS, () =>
    handleOf(session, run).signal<[MessageBody]>(message.name, message.body),
  );
}
