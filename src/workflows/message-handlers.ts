import {
  ApplicationFailure,
  condition,
  setHandler,
  type SignalDefinition,
} from '@temporalio/workflow';
import type { UpdateDefinition } from '@temporalio/common';
import type { Abort, Acknowledged, Because, Decision, StepDecision } from '../domain/messages.ts';
import * as messages from './messages.ts';
import { now, progressOf, refreshDetails, reportOf, type Run } from './run.ts';

/** Most messages that a report lists; further ones are counted. */
const MAX_RECORDED = 200;

/** Why a message may not have its effect now, in words; `undefined` when it may. */
type Judge<T> = (run: Run, payload: T) => string | undefined;
/** Has the effect and says what it was. */
type Effect<T> = (run: Run, payload: T) => string;

interface Message<T> {
  readonly name: string;
  readonly signal: SignalDefinition<[T?]>;
  readonly update: UpdateDefinition<Acknowledged, [T?]>;
  readonly description: string;
  readonly judge: Judge<T>;
  readonly effect: Effect<T>;
  /** What an Update waits for before it answers, when the effect takes a moment. */
  readonly settled?: (run: Run) => boolean;
}

/** Registers every message as signal and Update, and the queries. Called before the first await. */
export function registerHandlers(run: Run): void {
  setHandler(messages.getProgress, () => progressOf(run), {
    description: 'Where the run is, as JSON',
  });
  setHandler(messages.getPlan, () => run.outline ?? null, {
    description: 'The plan in outline, as JSON; null before it was made',
  });
  setHandler(messages.getReport, () => reportOf(run), { description: 'The report as it stands' });

  for (const approved of [true, false]) registerDecision(run, approved);
  register<Because>(run, {
    name: 'rollback',
    signal: messages.rollbackSignal,
    update: messages.rollbackUpdate,
    description: 'Undo everything of this run. Sample: {"reason":"errors in checkout"}',
    judge: judgeStop,
    effect: (_run, { reason }) => stop(run, 'undo', `rollback was asked for${because(reason)}`),
  });
  register<Abort>(run, {
    name: 'abort',
    signal: messages.abortSignal,
    update: messages.abortUpdate,
    description:
      'Stop: undo everything ({}), or leave all as it stands: {"leave":true,"reason":"by hand from here"}',
    judge: judgeAbort,
    effect: (_run, { leave, reason }) =>
      leave === true
        ? stop(run, 'leave', `abort was asked for, leaving all as it stands${because(reason)}`)
        : stop(run, 'undo', `abort was asked for${because(reason)}`),
  });
  registerPause(run);
  for (const kind of ['retry', 'skip'] as const) registerHaltDecision(run, kind);
}

function registerDecision(run: Run, approved: boolean): void {
  const name = approved ? 'approve' : 'reject';
  register<Decision>(run, {
    name,
    signal: approved ? messages.approveSignal : messages.rejectSignal,
    update: approved ? messages.approveUpdate : messages.rejectUpdate,
    description: `${approved ? 'Let the run pass' : 'Refuse'} the gate that is open; as an Update it answers at once. Sample: {} or {"reason":"dashboards are ${approved ? 'green' : 'red'}"}`,
    judge: judgeDecision,
    effect: (_run, { reason }) => {
      if (run.gate.kind !== 'open') throw new TypeError('no gate is open');
      const { name: gate, until } = run.gate;
      run.gate = { kind: 'decided', name: gate, until, approved, reason };
      return `gate ${gate} ${approved ? 'approved' : 'rejected'}${because(reason)}`;
    },
  });
}

function judgeDecision({ gate, outline }: Run, payload: Decision): string | undefined {
  if (gate.kind === 'none') return 'no gate is open now';
  if (gate.kind === 'decided') return `gate ${gate.name} was decided already`;
  if (payload.gate !== undefined && payload.gate !== gate.name) {
    return `expected gate ${gate.name}, which is the open one, found ${payload.gate}`;
  }
  if (payload.planDigest !== undefined && payload.planDigest !== outline?.digest) {
    return `expected the digest of this run's plan, ${outline?.digest ?? 'none yet'}, found ${payload.planDigest}`;
  }
  // Signals are handled before timers: one that arrives after the end must not count (temporal-facts 15).
  return Date.now() >= gate.until ? `gate ${gate.name} has expired` : undefined;
}

function judgeStop(run: Run): string | undefined {
  if (run.ended !== undefined) return `the run has ended: ${run.ended}`;
  if (run.undoing) return 'the run is rolling back already';
  if (run.stop !== undefined) return `the run is stopping already: ${run.stop.cause}`;
  return run.pointOfNoReturn ? noWayBack(run) : undefined;
}

function noWayBack(run: Run): string {
  if (run.type === 'rollbackMesh') {
    return 'a rollback is not taken back. To stop where it stands: abort; it can be begun again from the same record';
  }
  return run.isRefresh
    ? 'a restart cannot be taken back: new pods get the proxy of the control plane as it is now. To stop where it stands: abort'
    : `the removal of the old revision has begun, so this run cannot be undone any more; once it has ended, the ways back are the workflows rollbackMesh and ${run.type === 'downgradeMesh' ? 'upgradeMesh' : 'downgradeMesh'}`;
}

/**
 * `{"leave":true}` is also the answer to a halt, where nothing can be undone any more. A refresh
 * or a rollback, which never undoes, stops where it stands either way.
 */
function judgeAbort(run: Run, { leave }: Abort): string | undefined {
  if (leave === true && run.halted !== undefined && run.ended === undefined) return undefined;
  const problem = judgeStop(run);
  const neverUndoes = run.isRefresh || run.type === 'rollbackMesh';
  return neverUndoes && problem === noWayBack(run) ? undefined : problem;
}

function stop(run: Run, kind: 'undo' | 'leave', cause: string): string {
  run.stop = { kind, cause };
  run.knowsWayBack ||= kind === 'undo' && run.halted?.lacksWayBack === true;
  run.forward?.cancel();
  return cause;
}

function registerPause(run: Run): void {
  register<Because>(run, {
    name: 'pause',
    signal: messages.pauseSignal,
    update: messages.pauseUpdate,
    description: 'Begin nothing new until resume. Sample: {"reason":"incident 4711"}',
    judge: ({ ended, paused, undoing }) => {
      if (ended !== undefined) return `the run has ended: ${ended}`;
      if (undoing) return 'the run is rolling back, which is not paused';
      return paused === undefined ? undefined : 'the run is paused already';
    },
    effect: (_run, { reason }) => {
      run.paused = { reason: reason ?? 'no reason was given' };
      run.pausable?.cancel();
      return `paused${because(reason)}`;
    },
    settled: ({ mutations, paused }) => mutations === 0 || paused === undefined,
  });
  register<Because>(run, {
    name: 'resume',
    signal: messages.resumeSignal,
    update: messages.resumeUpdate,
    description: 'Go on after a pause. Sample: {}',
    judge: ({ paused }) => (paused === undefined ? 'the run is not paused' : undefined),
    effect: (_run, { reason }) => {
      run.paused = undefined;
      return `resumed${because(reason)}`;
    },
  });
}

function registerHaltDecision(run: Run, kind: 'retry' | 'skip'): void {
  register<StepDecision>(run, {
    name: kind,
    signal: kind === 'retry' ? messages.retrySignal : messages.skipSignal,
    update: kind === 'retry' ? messages.retryUpdate : messages.skipUpdate,
    description: `What to do with the step that failed and waits: ${kind} it. Sample: {"step":"verify-mesh","reason":"fixed by hand"}`,
    judge: ({ halted, pointOfNoReturn, undoing }, { step }) => {
      if (halted === undefined) return 'no step waits for a decision';
      if (kind === 'skip' && !pointOfNoReturn && !undoing) {
        return `${halted.steps.join(', ')} cannot be skipped: the old revision is still in use. Send retry or rollback`;
      }
      if (halted.decision !== undefined) return 'a decision was made already';
      if (step !== undefined && !halted.steps.includes(step)) {
        return `expected one of ${halted.steps.join(', ')}, found ${step}`;
      }
      return kind === 'skip' && step === undefined && halted.steps.length > 1
        ? `name the step: one of ${halted.steps.join(', ')}`
        : undefined;
    },
    effect: (_run, { step, reason }) => {
      const steps = step === undefined ? (run.halted?.steps ?? []) : [step];
      if (run.halted !== undefined) run.halted.decision = { kind, steps, reason };
      return `${kind} of ${steps.join(', ')}${because(reason)}`;
    },
  });
}

/** A signal that may not act is noted; an Update that may not act is refused and leaves no trace. */
function register<T extends object>(run: Run, message: Message<T>): void {
  const act = (payload: T): string => {
    const done = message.effect(run, payload);
    note(run, message.name, 'accepted', done);
    return done;
  };
  const judge = (raw: unknown): string | undefined =>
    shapeProblem(raw) ?? message.judge(run, toPayload<T>(raw));

  setHandler(
    message.signal,
    (raw?: T) => {
      const problem = judge(raw);
      if (problem === undefined) act(toPayload<T>(raw));
      else note(run, message.name, 'ignored', problem);
    },
    { description: message.description },
  );
  setHandler(
    message.update,
    async (raw?: T): Promise<Acknowledged> => {
      // Judged when handled as well: an earlier message of the same task may have changed things.
      const problem = judge(raw);
      if (problem !== undefined) throw refusal(problem);
      const done = act(toPayload<T>(raw));
      const { settled } = message;
      if (settled !== undefined) await condition(() => settled(run));
      return { accepted: true, message: done };
    },
    {
      description: message.description,
      validator: (raw?: T) => {
        const problem = judge(raw);
        if (problem !== undefined) throw refusal(problem);
      },
    },
  );
}

function refusal(problem: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'MessageRefused',
    message: problem,
    nonRetryable: true,
  });
}

/** What a person typed may be anything; only objects of texts and booleans are messages. */
function shapeProblem(raw: unknown): string | undefined {
  if (raw === undefined || raw === null) return undefined;
  if (typeof raw !== 'object' || Array.isArray(raw)) {
    return `expected one JSON object such as {}, found ${JSON.stringify(raw).slice(0, 100)}`;
  }
  const wrong = Object.entries(raw).find(([key, value]) => {
    if (key === 'leave') return typeof value !== 'boolean';
    if (!['gate', 'reason', 'planDigest', 'step', 'token'].includes(key)) return true;
    return typeof value !== 'string' || value.length > 4000;
  });
  return wrong === undefined
    ? undefined
    : `unknown or malformed member ${JSON.stringify(wrong[0])}`;
}

function toPayload<T extends object>(raw: unknown): T {
  return (raw ?? {}) as T;
}

/** What was decided outlasts what was ignored: a flood of signals must not hide a decision. */
function note(run: Run, message: string, effect: 'accepted' | 'ignored', detail: string): void {
  const record = { at: now(), message, effect, detail: detail.slice(0, 500) };
  if (run.messages.length < MAX_RECORDED) {
    run.messages.push(record);
  } else {
    run.messagesLeftOut += 1;
    const oldest = run.messages.findIndex((each) => each.effect === 'ignored');
    if (effect === 'accepted')
      run.messages = [...run.messages.toSpliced(Math.max(oldest, 0), 1), record];
  }
  refreshDetails(run);
}

function because(reason: string | undefined): string {
  return reason === undefined ? '' : `: ${reason}`;
}
