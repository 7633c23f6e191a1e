import {
  ApplicationFailure,
  condition,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import type { Acknowledged, MessageBody, MessageName } from '../domain/messages.ts';
import type { MessageRecord } from '../domain/report.ts';
import type { Ruling } from '../domain/rollout/control.ts';
import {
  judgeMessage,
  needsProof,
  ruleOnClaim,
  ruleOnToken,
  type Message,
  type TokenVerdict,
} from '../domain/rollout/decide-message.ts';
import { shapeProblem } from '../domain/rollout/shape-message.ts';
import { applyChanges, controlOf } from './control-of.ts';
import * as messages from './messages.ts';
import { now, refreshDetails, type Run } from './run.ts';
import { progressOf, reportOf } from './run-view.ts';
import { inTurn, verifyToken } from './verify-token.ts';

/** Most messages that a report lists; further ones are counted. */
const MAX_RECORDED = 200;

/** Registers every message as signal and Update, and the queries. Called before the first await. */
export function registerHandlers(run: Run): void {
  setHandler(messages.getProgress, () => progressOf(run), {
    description: 'Where the run is, as JSON',
  });
  setHandler(messages.getPlan, () => run.outline ?? null, {
    description: 'The plan in outline, as JSON; null before it was made',
  });
  setHandler(messages.getReport, () => reportOf(run), { description: 'The report as it stands' });
  for (const name of Object.keys(messages.DESCRIPTIONS) as MessageName[]) register(run, name);
}

/** A signal that may not act is noted; an Update that may not act at all is refused and leaves no trace. */
function register(run: Run, name: MessageName): void {
  const description = messages.DESCRIPTIONS[name];
  setHandler(
    defineSignal<[unknown?]>(name),
    async (raw?: unknown) => {
      const problem = problemNow(run, name, raw);
      if (problem === undefined) await receive(run, messageOf(name, raw));
      else note(run, { ...claimOf(raw), message: name, effect: 'ignored', detail: problem });
    },
    { description },
  );
  setHandler(
    defineUpdate<Acknowledged, [unknown?]>(name),
    async (raw?: unknown): Promise<Acknowledged> => {
      // Judged when handled as well: an earlier message of the same task may have changed things.
      const problem = problemNow(run, name, raw);
      if (problem !== undefined) throw refusal(problem);
      const answer = receive(run, messageOf(name, raw));
      // Not awaited without need: in recorded histories the answer comes before what follows from it.
      const ruling = 'kind' in answer ? answer : await answer;
      if (ruling.kind === 'refused') throw refusal(ruling.because);
      // Once it is acknowledged nothing is changed any more.
      if (name === 'pause') {
        await condition(() => run.mutations === 0 || run.paused === undefined);
      }
      return { accepted: true, message: ruling.words };
    },
    {
      description,
      validator: (raw?: unknown) => {
        const problem = problemNow(run, name, raw);
        if (problem !== undefined) throw refusal(problem);
      },
    },
  );
}

function problemNow(run: Run, name: MessageName, raw: unknown): string | undefined {
  return shapeProblem(raw) ?? judgeMessage(controlOf(run), messageOf(name, raw));
}

/** Received now: whether it is in time depends on this, however long its token is looked at. */
function messageOf(name: MessageName, raw: unknown): Message {
  return { name, body: raw ?? {}, receivedAt: Date.now() };
}

/**
 * What follows from it, at once unless a token has to be looked at. Signed ones count in the order in
 * which they were received.
 */
function receive(run: Run, message: Message): Ruling | Promise<Ruling> {
  if (!needsProof(controlOf(run), message.name)) {
    return enact(run, message, ruleOnClaim(controlOf(run), message), message.body.by);
  }
  return inTurn(
    run,
    () => verifyToken(run, message),
    (verdict) => {
      const { approver, keyId } = senderOf(verdict);
      const ruling = ruleOnToken(controlOf(run), message, verdict);
      return enact(run, message, ruling, approver, keyId);
    },
  );
}

function senderOf(verdict: TokenVerdict): { readonly approver?: string; readonly keyId?: string } {
  return verdict.kind === 'verified' ? verdict : {};
}

function enact(
  run: Run,
  { name }: Message,
  ruling: Ruling,
  by: string | undefined,
  keyId?: string,
): Ruling {
  applyChanges(run, ruling.changes);
  note(run, {
    message: name,
    effect: ruling.kind === 'accepted' ? 'accepted' : 'ignored',
    detail: ruling.kind === 'accepted' ? ruling.words : ruling.because,
    ...(by === undefined ? {} : { by }),
    ...(keyId === undefined ? {} : { keyId }),
  });
  return ruling;
}

function refusal(problem: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'MessageRefused',
    message: problem,
    nonRetryable: true,
  });
}

/** Who says to have sent it, where it can be read. */
function claimOf(raw: unknown): Pick<MessageRecord, 'by'> {
  if (shapeProblem(raw) !== undefined) return {};
  const { by } = (raw ?? {}) as MessageBody;
  return by === undefined ? {} : { by };
}

/** What was decided outlasts what was ignored: a flood of signals must not hide a decision. */
function note(run: Run, { detail, ...about }: Omit<MessageRecord, 'at'>): void {
  const record = { at: now(), ...about, detail: detail.slice(0, 500) };
  if (run.messages.length < MAX_RECORDED) {
    run.messages.push(record);
  } else {
    run.messagesLeftOut += 1;
    const oldest = run.messages.findIndex((each) => each.effect === 'ignored');
    if (record.effect === 'accepted')
      run.messages = [...run.messages.toSpliced(Math.max(oldest, 0), 1), record];
  }
  refreshDetails(run);
}
