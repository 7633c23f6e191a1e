import { condition, patched } from '@temporalio/workflow';
import type { GateEvidence, GateRecord } from '../domain/approval/evidence.ts';
import type { GateKind, GatePolicy } from '../domain/approval/gate-policy.ts';
import type { Phase } from '../domain/progress.ts';
import { boundEvidence } from '../domain/rollout/bound-evidence.ts';
import type { OpenGate } from '../domain/rollout/control.ts';
import { mutating } from './activity-proxies.ts';
import { goOnAnew, isLong, type Place } from './go-on-anew.ts';
import { remindOfGate, tellGateOpened } from './news.ts';
import { callFor, enterPhase, now, refOfRun, type Run } from './run.ts';
import { countReceived } from './verify-token.ts';

export interface GateRequest {
  readonly name: string;
  readonly about: GateKind;
  readonly policy: GatePolicy;
  readonly phase: Phase;
  /** What cannot be taken back once it is passed. */
  readonly afterwards: readonly string[];
}

export type GateAnswer =
  | { readonly kind: 'approved' }
  | { readonly kind: 'refused'; readonly cause: string; readonly expired: boolean };

/**
 * Opens a gate and waits for people's decisions or its expiry, whichever the clock says first. One that
 * was open at the end of the history before stays open as it was.
 */
export async function passGate(run: Run, request: GateRequest, place: Place): Promise<GateAnswer> {
  if (run.gate.kind === 'none') {
    const opened = await openGate(run, request);
    run.gate = opened;
    tellGateOpened(run, opened);
  }
  const { name, until } = run.gate;
  const end = new Date(until).toISOString();
  enterPhase(run, request.phase, `a decision on gate ${name} until ${end}`);

  const endReminder = run.gate.kind === 'open' ? remindOfGate(run, run.gate) : undefined;
  // Read through a function: handlers change the gate while this waits.
  const current = (): Run['gate'] => run.gate;
  let answer: GateRecord['answer'] = 'left';
  try {
    const isInTime = await condition(
      () => current().kind === 'decided' || isLong(run),
      Math.max(1, until - Date.now()),
      { summary: `gate ${name}: open until ${end}` },
    );
    if (current().kind === 'open') await countReceived(run);
    const decided = current();
    if (isInTime && decided.kind === 'open') await goOnAnew(run, place);
    if (decided.kind !== 'decided') {
      answer = 'expired';
      return { kind: 'refused', expired: true, cause: expiryOf(decided, end) };
    }
    answer = decided.approved ? 'approved' : 'rejected';
    if (decided.approved) return { kind: 'approved' };
    const who = decided.by === undefined ? '' : ` by ${decided.by}`;
    const reason = decided.reason === undefined ? '' : `: ${decided.reason}`;
    return { kind: 'refused', expired: false, cause: `gate ${name} was rejected${who}${reason}` };
  } finally {
    endReminder?.();
    closeGate(run, answer);
  }
}

/** With all that the run knows by then, kept and digested before anybody can decide on it. */
async function openGate(run: Run, request: GateRequest): Promise<OpenGate> {
  const { name, about, policy } = request;
  const evidence = evidenceOf(run, request, now());
  const kept = patched('gate-evidence')
    ? await mutating(callFor(run, `what is known at gate ${name}`)).keepEvidence({
        ...refOfRun(run),
        evidence,
        // Before the mesh is taken nothing is written to its cluster.
        keep: run.claimed,
      })
    : undefined;
  // Its time runs from when people can decide.
  const openedAt = now();
  return {
    kind: 'open',
    name,
    openedAt,
    until: Date.parse(openedAt) + policy.expiresSeconds * 1000,
    about,
    policy,
    approvals: [],
    ...(kept === undefined
      ? {}
      : { evidence: boundEvidence(evidence), evidenceDigest: kept.digest }),
    ...(kept?.keptIn === undefined ? {} : { keptIn: kept.keptIn }),
  };
}

function evidenceOf(run: Run, { about, name, afterwards }: GateRequest, at: string): GateEvidence {
  const steps = [...run.steps.values()];
  return {
    about,
    gate: name,
    gatheredAt: at,
    planDigest: run.outline?.digest ?? '',
    findings: run.findings,
    soaks: steps
      .filter(({ kind, state }) => kind === 'soak' && state !== 'pending')
      .map(({ id, title, state, endedAt, detail }) => ({
        id,
        title,
        state,
        ...(endedAt === undefined ? {} : { endedAt }),
        ...(detail === undefined ? {} : { detail }),
      })),
    waves: run.waves,
    exceptions: run.waves.flatMap(({ exceptions = [] }) => exceptions),
    afterwards,
  };
}

/** Who did approve is told, where that was not enough. */
function expiryOf(gate: Run['gate'], end: string): string {
  const name = gate.kind === 'none' ? '' : gate.name;
  const { approvals = [], policy } = gate.kind === 'open' ? gate : {};
  const few =
    approvals.length === 0
      ? 'a decision'
      : `enough approvals: ${approvals.length} of ${policy?.quorum ?? 1}, by ${approvals.map(({ by }) => by ?? 'somebody').join(', ')}`;
  return `gate ${name} expired at ${end} without ${few}`;
}

function closeGate(run: Run, answer: GateRecord['answer']): void {
  const gate = run.gate.kind === 'decided' ? run.gate.was : run.gate;
  run.gate = { kind: 'none' };
  if (gate?.kind !== 'open') return;
  const { name, openedAt, approvals = [], evidenceDigest } = gate;
  run.gates = [
    ...run.gates,
    {
      name,
      openedAt,
      closedAt: now(),
      answer,
      approvals,
      ...(run.outline === undefined ? {} : { planDigest: run.outline.digest }),
      ...(evidenceDigest === undefined ? {} : { evidenceDigest }),
    },
  ];
}
