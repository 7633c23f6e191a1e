import type { DecisionClaims } from '../../src/domain/approval/decision-claims.ts';
import type { GatePolicy } from '../../src/domain/approval/gate-policy.ts';
import type { MessageName } from '../../src/domain/messages.ts';
import type {
  Control,
  ControlChanges,
  OpenGate,
  Ruling,
} from '../../src/domain/rollout/control.ts';
import {
  judgeMessage,
  needsProof,
  ruleOnClaim,
  ruleOnToken,
  type Message,
  type TokenVerdict,
} from '../../src/domain/rollout/decide-message.ts';

/** People, with the roles that their keys prove. `eve` has no key that anybody knows. */
export const PEOPLE = {
  ana: ['admins'],
  ben: ['admins', 'on-call'],
  cyd: ['on-call'],
  dan: ['admins'],
  eve: [],
} as const;
export type Person = keyof typeof PEOPLE;
/** Who asked for the run. */
export const REQUESTER: Person = 'dan';
export const QUORUM = 2;
export const GATE_MS = 100_000;

/** What is wrong with a token. */
export const FAULTS = [
  'none',
  'forged',
  'missing',
  'other-run',
  'other-cluster',
  'other-plan',
  'other-evidence',
  'other-gate',
  'other-decision',
  'expired',
  'from-the-future',
] as const;
export type Fault = (typeof FAULTS)[number];

/** One thing that happens. */
export type Happening =
  | {
      readonly kind: 'message';
      readonly name: MessageName;
      readonly person: Person;
      readonly fault: Fault;
      /** Sends the token of that earlier message again, where there is one. */
      readonly replay?: number;
    }
  /** The token that was received first has been looked at. */
  | { readonly kind: 'looked-at' }
  | { readonly kind: 'time'; readonly ms: number }
  /** The run goes on in a new history, where nothing is being looked at. */
  | { readonly kind: 'anew' };

/** A message as it was sent, and what came of it. */
export interface Sent {
  readonly name: MessageName;
  readonly person: Person;
  readonly fault: Fault;
  readonly token: DecisionClaims | undefined;
  readonly receivedAt: number;
  /** Of the open gate when it was received. */
  readonly gate: string | undefined;
  answers: ('accepted' | 'refused')[];
  words: string;
}

/** Where the run is: two gates with a halt between them. */
export type Stage = 'wave-1' | 'halted' | 'complete' | 'ended';

export interface Play {
  control: Control;
  stage: Stage;
  now: number;
  readonly sent: Sent[];
  readonly pending: {
    readonly sent: Sent;
    readonly message: Message;
    readonly verdict: TokenVerdict;
  }[];
  /** Who had approved when a gate was passed. */
  readonly passed: { readonly gate: string; readonly by: readonly string[] }[];
  outcome: 'passed' | 'rejected' | 'expired' | 'stopped' | undefined;
}

const START = Date.parse('2026-11-01T00:00:00.000Z');
const POLICY: GatePolicy = {
  expiresSeconds: GATE_MS / 1000,
  quorum: QUORUM,
  roles: ['admins'],
  requesterMayApprove: false,
};

export function beginPlay(mode: 'open' | 'signed'): Play {
  return {
    control: {
      clusterUid: 'uid',
      workflowId: 'mesh/demo',
      firstRunId: 'run-1',
      planDigest: 'sha256:plan',
      requestedBy: REQUESTER,
      mode,
      haltPolicy: mode === 'signed' ? { roles: ['on-call'] } : undefined,
      type: 'upgradeMesh',
      gate: gateAt('wave-1', START, mode),
      paused: undefined,
      stop: undefined,
      halted: undefined,
      pointOfNoReturn: false,
      undoing: false,
      ended: undefined,
      nonces: [],
    },
    stage: 'wave-1',
    now: START,
    sent: [],
    pending: [],
    passed: [],
    outcome: undefined,
  };
}

function gateAt(name: string, now: number, mode: 'open' | 'signed'): OpenGate {
  const { roles, ...rest } = POLICY;
  return {
    kind: 'open',
    name,
    openedAt: new Date(now).toISOString(),
    until: now + GATE_MS,
    about: name === 'complete' ? 'complete' : 'wave',
    policy: { ...rest, ...(mode === 'signed' && roles !== undefined ? { roles } : {}) },
    approvals: [],
    evidenceDigest: `sha256:evidence of ${name} at ${now}`,
  };
}

/** Plays what happens as the workflow does: messages in the order in which they came. */
export function play(it: Play, happening: Happening): void {
  switch (happening.kind) {
    case 'message':
      send(it, happening);
      break;
    case 'looked-at':
      settleOne(it);
      break;
    case 'time':
      it.now += happening.ms;
      closeWhatIsOver(it);
      break;
    case 'anew':
      // Only what is plain JSON goes along, and only once every handler is through.
      while (it.pending.length > 0) settleOne(it);
      it.control = JSON.parse(JSON.stringify(it.control)) as Control;
      break;
  }
}

/** Until nothing is under way any more. */
export function endPlay(it: Play): void {
  while (it.pending.length > 0) settleOne(it);
}

function send(it: Play, happening: Extract<Happening, { kind: 'message' }>): void {
  const { name, person, fault } = happening;
  const replayed = happening.replay === undefined ? undefined : it.sent[happening.replay];
  const token = replayed === undefined ? tokenFor(it, happening) : replayed.token;
  const by = replayed?.token === undefined ? person : replayed.person;
  const isForged = (replayed === undefined ? fault : replayed.fault) === 'forged' || by === 'eve';
  const sent: Sent = {
    name,
    person: by,
    fault: replayed === undefined ? fault : replayed.fault,
    token,
    receivedAt: it.now,
    gate: it.control.gate.kind === 'open' ? it.control.gate.name : undefined,
    answers: [],
    words: '',
  };
  it.sent.push(sent);
  const body = { by: person, ...(token === undefined ? {} : { token: token.nonce }) };
  const message: Message = { name, body, receivedAt: it.now };
  if (!needsProof(it.control, name)) {
    answer(it, sent, ruleOnClaim(it.control, message));
    return;
  }
  const early = judgeMessage(it.control, message);
  if (early !== undefined) {
    answer(it, sent, { kind: 'refused', because: early, changes: {} });
    return;
  }
  const verdict: TokenVerdict =
    token === undefined || isForged
      ? { kind: 'refused', because: 'the signature does not hold' }
      : {
          kind: 'verified',
          approver: by,
          keyId: `key of ${by}`,
          roles: PEOPLE[by],
          claims: token,
        };
  it.pending.push({ sent, message, verdict });
}

function tokenFor(
  it: Play,
  { name, person, fault }: Extract<Happening, { kind: 'message' }>,
): DecisionClaims | undefined {
  if (fault === 'missing') return undefined;
  const { control, now } = it;
  const { gate } = control;
  const open = gate.kind === 'open' ? gate : undefined;
  const issued =
    fault === 'from-the-future' ? now + 3_600_000 : fault === 'expired' ? now - 9000 : now;
  return {
    clusterUid: fault === 'other-cluster' ? 'another' : 'uid',
    workflowId: 'mesh/demo',
    firstRunId: fault === 'other-run' ? 'run-0' : 'run-1',
    gate: fault === 'other-gate' ? 'start' : (open?.name ?? 'complete'),
    planDigest: fault === 'other-plan' ? 'sha256:older' : 'sha256:plan',
    evidenceDigest:
      fault === 'other-evidence' ? 'sha256:older' : (open?.evidenceDigest ?? 'sha256:x'),
    decision: fault === 'other-decision' ? (name === 'approve' ? 'reject' : 'approve') : name,
    nonce: `${person} ${it.sent.length}`,
    issuedAt: new Date(issued).toISOString(),
    expiresAt: new Date(issued + (fault === 'expired' ? 8000 : 60_000)).toISOString(),
  };
}

function settleOne(it: Play): void {
  const next = it.pending.shift();
  if (next === undefined) return;
  answer(it, next.sent, ruleOnToken(it.control, next.message, next.verdict));
  closeWhatIsOver(it);
}

function answer(it: Play, sent: Sent, ruling: Ruling): void {
  sent.answers.push(ruling.kind);
  sent.words = ruling.kind === 'accepted' ? ruling.words : ruling.because;
  apply(it, ruling.changes);
  goOn(it);
}

function apply(it: Play, { gate, paused, stop, halt, nonces }: ControlChanges): void {
  it.control = {
    ...it.control,
    ...(gate === undefined ? {} : { gate }),
    ...(paused === undefined ? {} : { paused: paused.to }),
    ...(stop === undefined ? {} : { stop }),
    ...(nonces === undefined ? {} : { nonces }),
    ...(halt === undefined || it.control.halted === undefined
      ? {}
      : { halted: { ...it.control.halted, decision: halt } }),
  };
}

/** What the run itself does once a message has had its effect. */
function goOn(it: Play): void {
  const { gate, halted, stop } = it.control;
  if (it.stage === 'ended') return;
  if (stop !== undefined) {
    end(it, 'stopped');
  } else if (gate.kind === 'decided') {
    if (!gate.approved) end(it, 'rejected');
    else pass(it, gate.name, gate.was);
  } else if (halted?.decision !== undefined) {
    it.stage = 'complete';
    const next = gateAt('complete', it.now, it.control.mode);
    it.control = { ...it.control, halted: undefined, gate: next };
  }
}

function pass(it: Play, name: string, was: OpenGate | undefined): void {
  it.passed.push({ gate: name, by: (was?.approvals ?? []).map(({ by }) => by ?? '?') });
  if (name === 'complete') {
    end(it, 'passed');
    return;
  }
  it.stage = 'halted';
  const halted = { steps: ['wave-1'], decision: undefined };
  it.control = { ...it.control, gate: { kind: 'none' }, halted };
}

/** The gate's time is over once all that was received in it has counted. */
function closeWhatIsOver(it: Play): void {
  const { gate } = it.control;
  if (gate.kind === 'open' && it.now >= gate.until && it.pending.length === 0) end(it, 'expired');
}

function end(it: Play, outcome: NonNullable<Play['outcome']>): void {
  it.stage = 'ended';
  it.outcome = outcome;
  const ended = outcome === 'passed' ? 'Succeeded' : 'RolledBack';
  it.control = {
    ...it.control,
    ended,
    gate: { kind: 'none' },
    halted: undefined,
  };
}
