import type { Approval } from '../approval/evidence.ts';
import type { MessageBody } from '../messages.ts';
import type { Control, OpenGate, Ruling } from './control.ts';
import { byAndWhy, nameKey, requesterProblem, roleProblem, type Sender } from './sender.ts';
import { describeLapsed, withStandingApprovals } from './standing-approvals.ts';

interface GateMessage {
  readonly decision: 'approve' | 'reject' | 'withdraw';
  readonly body: MessageBody;
  readonly receivedAt: number;
}

/** Why nobody can decide so now, in words. */
export function judgeGate(
  { gate, planDigest }: Control,
  body: MessageBody,
  receivedAt: number,
): string | undefined {
  if (gate.kind === 'none') return 'no gate is open now';
  if (gate.kind === 'decided') return `gate ${gate.name} was decided already`;
  if (body.gate !== undefined && body.gate !== gate.name) {
    return `expected gate ${gate.name}, which is the open one, found ${body.gate}`;
  }
  if (body.planDigest !== undefined && body.planDigest !== planDigest) {
    return `expected the digest of this run's plan, ${planDigest ?? 'none yet'}, found ${body.planDigest}`;
  }
  // Signals are handled before timers: one that arrives after the end must not count (temporal-facts 15).
  return receivedAt >= gate.until ? `gate ${gate.name} has expired` : undefined;
}

/** What a decision of this person does to the open gate. */
export function decideGate(control: Control, message: GateMessage, sender: Sender): Ruling {
  const { gate } = control;
  if (gate.kind !== 'open') return refused('no gate is open now');
  const problem = roleProblem(gate.policy ?? {}, sender);
  if (problem !== undefined) return refused(`gate ${gate.name}: ${problem}`);
  const { gate: standing, lapsed } = withStandingApprovals(gate, sender);
  const ruling = decideOn(control, standing, message, sender);
  if (ruling.kind === 'refused') return ruling;
  return { ...ruling, words: `${ruling.words}${describeLapsed(lapsed)}` };
}

function decideOn(control: Control, gate: OpenGate, message: GateMessage, sender: Sender): Ruling {
  switch (message.decision) {
    case 'approve':
      return approve(control, gate, message, sender);
    case 'reject':
      return reject(gate, message.body, sender);
    case 'withdraw':
      return withdraw(gate, message.body, sender);
  }
}

function approve(
  control: Control,
  gate: OpenGate,
  { body, receivedAt }: GateMessage,
  sender: Sender,
): Ruling {
  const { policy, approvals = [] } = gate;
  const { quorum = 1, planDigestRequired = false } = policy ?? {};
  if (planDigestRequired && body.planDigest === undefined) {
    return refused(
      `gate ${gate.name} asks for the plan that is approved: {"planDigest":"${control.planDigest ?? ''}"}, once you have seen it`,
    );
  }
  const kept = requesterProblem(control, policy ?? {}, sender);
  if (kept !== undefined) return refused(`gate ${gate.name}: ${kept}`);
  if (quorum > 1 && sender.by === undefined) {
    return refused(
      `gate ${gate.name} needs ${quorum} different people: say who you are, as in {"by":"ana@example.com"}`,
    );
  }
  const earlier = approvalOf(gate, sender);
  if (earlier !== undefined) {
    return refused(`${earlier.by ?? 'the sender'} approved gate ${gate.name} at ${earlier.at}`);
  }
  const all = [...approvals, approvalBy(sender, body.reason, receivedAt)];
  const was = { ...gate, approvals: all };
  const why = byAndWhy(sender, body.reason);
  if (all.length < quorum) {
    return {
      kind: 'accepted',
      words: `approval ${all.length} of ${quorum} of gate ${gate.name}${why}`,
      changes: { gate: was },
    };
  }
  return decided(was, { approved: true, sender, reason: body.reason });
}

/** One person who may decide closes it, whoever has approved. */
function reject(gate: OpenGate, { reason }: MessageBody, sender: Sender): Ruling {
  const earlier = approvalOf(gate, sender);
  if (earlier?.by !== undefined) {
    return refused(
      `${earlier.by} approved gate ${gate.name} at ${earlier.at}; withdraw that first`,
    );
  }
  return decided(gate, { approved: false, sender, reason });
}

function withdraw(gate: OpenGate, { reason }: MessageBody, sender: Sender): Ruling {
  const own = approvalOf(gate, sender);
  if (own === undefined) {
    return refused(`${sender.by ?? 'the sender'} has not approved gate ${gate.name}`);
  }
  const approvals = (gate.approvals ?? []).filter((each) => each !== own);
  return {
    kind: 'accepted',
    words: `approval of gate ${gate.name} withdrawn${byAndWhy(sender, reason)}`,
    changes: { gate: { ...gate, approvals } },
  };
}

function decided(
  gate: OpenGate,
  answer: {
    readonly approved: boolean;
    readonly sender: Sender;
    readonly reason: string | undefined;
  },
): Ruling {
  const { approved, sender, reason } = answer;
  const { name, until } = gate;
  const by = approved ? undefined : sender.by;
  return {
    kind: 'accepted',
    words: `gate ${name} ${approved ? 'approved' : 'rejected'}${byAndWhy(sender, reason)}`,
    changes: {
      gate: {
        kind: 'decided',
        name,
        until,
        approved,
        reason,
        was: gate,
        ...(by === undefined ? {} : { by }),
      },
    },
  };
}

/** The same name, claimed or proven, is the same person; who gives none is nobody in particular. */
function approvalOf({ approvals = [] }: OpenGate, { by }: Sender): Approval | undefined {
  if (by === undefined) return undefined;
  return approvals.find((each) => each.by !== undefined && nameKey(each.by) === nameKey(by));
}

function approvalBy(sender: Sender, reason: string | undefined, at: number): Approval {
  return {
    ...(sender.by === undefined ? {} : { by: sender.by }),
    ...(sender.kind === 'proven' ? { keyId: sender.keyId } : {}),
    at: new Date(at).toISOString(),
    ...(reason === undefined ? {} : { reason }),
  };
}

function refused(because: string): Ruling {
  return { kind: 'refused', because, changes: {} };
}
