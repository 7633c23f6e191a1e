import type { OpenGateView } from '../domain/approval/evidence.ts';
import type { Progress } from '../domain/progress.ts';
import type { UpgradeReport } from '../domain/report.ts';
import type { OpenGate, Paused } from '../domain/rollout/control.ts';
import type { Run } from './run.ts';

const API_VERSION = 'meshlift.dev/v1alpha1';

/** The answer of `getProgress`. */
export function progressOf(run: Run): Progress {
  const { gate } = run;
  return {
    apiVersion: API_VERSION,
    cluster: run.cluster,
    target: run.target,
    runId: run.runId,
    phase: run.phase,
    ...(run.outline === undefined ? {} : { planDigest: run.outline.digest }),
    ...(run.waitingFor === undefined ? {} : { waitingFor: run.waitingFor }),
    ...(gate.kind === 'open' ? { openGate: gateOf(run, gate) } : {}),
    ...(run.paused === undefined ? {} : { pausedBecause: pauseOf(run.paused) }),
    ...(run.halted?.because === undefined ? {} : { haltedBecause: run.halted.because }),
    steps: [...run.steps.values()],
    canRollBack: !run.pointOfNoReturn && run.ended === undefined,
  };
}

function pauseOf({ reason, by }: Paused): string {
  return by === undefined ? reason : `${reason} (${by})`;
}

/** Who has approved, and who still has to. */
export function gateOf(run: Run, gate: OpenGate): OpenGateView {
  const { name, openedAt, about, policy, approvals = [], evidence, evidenceDigest, keptIn } = gate;
  const view = { name, openedAt, until: new Date(gate.until).toISOString() };
  if (about === undefined || policy === undefined) return view;
  const { quorum = 1, roles } = policy;
  return {
    ...view,
    about,
    mode: run.outline?.policy.approvals?.mode ?? 'open',
    quorum,
    stillNeeded: Math.max(0, quorum - approvals.length),
    ...(roles === undefined ? {} : { roles }),
    approvals,
    ...(evidence === undefined ? {} : { evidence }),
    ...(evidenceDigest === undefined ? {} : { evidenceDigest }),
    ...(keptIn === undefined ? {} : { keptIn }),
  };
}

/** The report as it stands. */
export function reportOf(run: Run): UpgradeReport {
  const requestedBy = run.resolved?.request.requestedBy;
  return {
    apiVersion: API_VERSION,
    outcome: run.ended ?? 'Running',
    ...(run.type === 'upgradeMesh' ? {} : { type: run.type }),
    cluster: run.cluster,
    target: run.target,
    runId: run.runId,
    workflowId: run.workflowId,
    startedAt: run.startedAt,
    ...(run.ended === undefined ? {} : { endedAt: new Date().toISOString() }),
    ...(run.outline === undefined
      ? {}
      : {
          planDigest: run.outline.digest,
          from: run.outline.from.revision,
          to: run.outline.to.revision,
        }),
    ...(run.cause === undefined ? {} : { cause: run.cause }),
    findings: run.findings,
    ...(requestedBy === undefined ? {} : { requestedBy }),
    ...(run.gates.length === 0 ? {} : { gates: run.gates }),
    ...(run.hops.length === 0 ? {} : { hops: run.hops }),
    steps: [...run.steps.values()],
    waves: run.waves,
    exceptions: run.waves.flatMap(({ exceptions = [] }) => exceptions),
    ...(run.restored === undefined ? {} : { restored: run.restored }),
    differences: run.differences,
    remaining: run.remaining,
    messages: run.messages,
    ...(run.telling.lost.length === 0 ? {} : { undelivered: run.telling.lost }),
    ...(run.messagesLeftOut === 0 ? {} : { messagesLeftOut: run.messagesLeftOut }),
  };
}
