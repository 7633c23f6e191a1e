import {
  GATE_MS,
  PEOPLE,
  QUORUM,
  REQUESTER,
  type Happening,
  type Person,
  type Sent,
  type Stage,
} from './decision-play.ts';

/**
 * What people may expect of decisions, said once more and as simply as it goes: sets of people, no
 * digests, no texts. It shares nothing with the product but the story that is played.
 */
export interface Model {
  stage: Stage;
  now: number;
  until: number;
  approvals: Person[];
  paused: boolean;
  outcome: string | undefined;
  readonly used: Set<string>;
  readonly opened: Map<string, Stage>;
  readonly queue: { readonly sent: Sent; readonly gate: Stage; readonly expects: boolean }[];
  /** By place in the story: whether the message should be accepted. */
  readonly expected: Map<Sent, boolean>;
}

export function beginModel(now: number): Model {
  return {
    stage: 'wave-1',
    now,
    until: now + GATE_MS,
    approvals: [],
    paused: false,
    outcome: undefined,
    used: new Set(),
    opened: new Map(),
    queue: [],
    expected: new Map(),
  };
}

const ABOUT_GATES = ['approve', 'reject', 'withdraw'];
const LETS_GO_ON = ['retry', 'skip', 'resume'];

/** Follows what happened; `sent` is the message of this happening, as it went out. */
export function follow(model: Model, happening: Happening, sent: Sent | undefined): void {
  switch (happening.kind) {
    case 'message':
      if (sent !== undefined) receive(model, sent);
      break;
    case 'looked-at':
      count(model);
      break;
    case 'time':
      model.now += happening.ms;
      expire(model);
      break;
    case 'anew':
      endModel(model);
      break;
  }
}

export function endModel(model: Model): void {
  while (model.queue.length > 0) count(model);
}

function receive(model: Model, sent: Sent): void {
  // A token is of the gate that was open when it was first sent.
  const nonce = sent.token?.nonce ?? '';
  if (!model.opened.has(nonce)) model.opened.set(nonce, model.stage);
  const isSigned = ABOUT_GATES.includes(sent.name) || LETS_GO_ON.includes(sent.name);
  if (!isSigned) {
    decide(model, sent, isDue(model, sent));
  } else if (!isDue(model, sent) || sent.token === undefined) {
    model.expected.set(sent, false);
  } else {
    model.queue.push({ sent, gate: model.stage, expects: true });
  }
}

function isGate(model: Model): boolean {
  return model.stage === 'wave-1' || model.stage === 'complete';
}

/** Whether such a message has anything to decide now. */
function isDue(model: Model, { name, receivedAt }: Sent): boolean {
  if (ABOUT_GATES.includes(name)) return isGate(model) && receivedAt < model.until;
  switch (name) {
    case 'retry':
      return model.stage === 'halted';
    case 'skip':
      // The old revision is in use all along.
      return false;
    case 'resume':
      return model.paused;
    case 'pause':
      return model.stage !== 'ended' && !model.paused;
    case 'approve':
    case 'reject':
    case 'withdraw':
    case 'rollback':
    case 'abort':
      return model.stage !== 'ended';
  }
}

/** The token that was received first, now that it was looked at. */
function count(model: Model): void {
  const next = model.queue.shift();
  if (next === undefined) return;
  const { sent } = next;
  decide(model, sent, isGenuine(model, sent) && isDue(model, sent) && mayDecide(model, sent));
  expire(model);
}

function isGenuine(model: Model, sent: Sent): boolean {
  const { token, fault, person, name } = sent;
  if (token === undefined || fault === 'forged' || person === 'eve') return false;
  const wasUsed = model.used.has(token.nonce);
  model.used.add(token.nonce);
  const isAboutGate = ABOUT_GATES.includes(name);
  const isOfThisGate = model.opened.get(token.nonce) === model.stage;
  const bindsGate = fault !== 'other-gate' && fault !== 'other-evidence' && isOfThisGate;
  return (
    !wasUsed &&
    !['other-run', 'other-cluster', 'other-plan'].includes(fault) &&
    token.decision === name &&
    Date.parse(token.expiresAt) > sent.receivedAt &&
    Date.parse(token.issuedAt) <= sent.receivedAt + 600_000 &&
    (bindsGate || !isAboutGate)
  );
}

function mayDecide(model: Model, { name, person }: Sent): boolean {
  const roles: readonly string[] = PEOPLE[person];
  const hasApproved = model.approvals.includes(person);
  switch (name) {
    case 'approve':
      return roles.includes('admins') && person !== REQUESTER && !hasApproved;
    case 'reject':
      return roles.includes('admins') && !hasApproved;
    case 'withdraw':
      return roles.includes('admins') && hasApproved;
    case 'pause':
    case 'resume':
    case 'retry':
    case 'skip':
    case 'rollback':
    case 'abort':
      return roles.includes('on-call');
  }
}

function decide(model: Model, sent: Sent, accepted: boolean): void {
  model.expected.set(sent, accepted);
  if (!accepted) return;
  switch (sent.name) {
    case 'approve':
      model.approvals = [...model.approvals, sent.person];
      if (model.approvals.length === QUORUM) pass(model);
      break;
    case 'withdraw':
      model.approvals = model.approvals.filter((each) => each !== sent.person);
      break;
    case 'reject':
      end(model, 'rejected');
      break;
    case 'rollback':
    case 'abort':
      end(model, 'stopped');
      break;
    case 'pause':
      model.paused = true;
      break;
    case 'resume':
      model.paused = false;
      break;
    case 'retry':
      model.stage = 'complete';
      model.until = model.now + GATE_MS;
      break;
    case 'skip':
      break;
  }
}

function pass(model: Model): void {
  model.approvals = [];
  if (model.stage === 'complete') end(model, 'passed');
  else model.stage = 'halted';
}

function expire(model: Model): void {
  if (isGate(model) && model.now >= model.until && model.queue.length === 0) end(model, 'expired');
}

function end(model: Model, outcome: string): void {
  model.stage = 'ended';
  model.outcome = outcome;
}
