import { CancellationScope, sleep } from '@temporalio/workflow';
import type { OpenGate } from '../domain/rollout/control.ts';
import { describeApproval, whoIsNeeded } from '../domain/rollout/describe-approvals.ts';
import type { RunNews } from '../domain/run-event.ts';
import { gateOf } from './run-view.ts';
import type { Run } from './run.ts';
import { ignoreCancellation } from './soak.ts';
import { isWanted, tell } from './tell.ts';

const HOUR_MS = 3_600_000;
/** Of a gate's time. */
const LATE = 0.8;

/** A gate has opened. */
export function tellGateOpened(run: Run, gate: OpenGate): void {
  const { name, until } = gate;
  const end = new Date(until).toISOString();
  tell(run, {
    kind: 'gate-opened',
    title: `${run.cluster}: gate ${name} waits for a decision`,
    text: linesOf([`${whatOf(run)} waits at gate ${name} until ${end}.`, ...whoDecides(run, gate)]),
    gate: name,
    until: end,
  });
}

/**
 * Tells once when a gate that nobody has decided on is about to close: an hour before its end, or when
 * four fifths of its time are over, whichever is later. Returns what ends the waiting for it. Where
 * nobody wants to know there is no timer.
 */
export function remindOfGate(run: Run, { name, openedAt, until }: OpenGate): () => void {
  const begin = Date.parse(openedAt);
  const at = Math.max(until - HOUR_MS, begin + LATE * (until - begin));
  // In a new history it may be over already.
  if (!isWanted(run, 'gate-expiring') || at <= Date.now()) return () => undefined;
  const end = new Date(until).toISOString();
  const scope = new CancellationScope();
  const reminder = scope.run(async () => {
    await sleep(at - Date.now(), { summary: `gate ${name}: told again if nobody has decided` });
    // As it is by now: some of several may have approved.
    const about = run.gate.kind === 'open' ? whoDecides(run, run.gate) : [];
    tell(run, {
      kind: 'gate-expiring',
      title: `${run.cluster}: gate ${name} closes at ${end}`,
      text: linesOf([`Not decided yet: ${whatOf(run)} waits at gate ${name}.`, ...about]),
      gate: name,
      until: end,
    });
  });
  void ignoreCancellation(reminder);
  return () => scope.cancel();
}

/** Something has failed and waits for a person. */
export function tellHalted(
  run: Run,
  halt: {
    readonly at: string;
    readonly cause: string;
    readonly ways: string;
    readonly until: string;
  },
): void {
  const { at, cause, ways, until } = halt;
  tell(run, {
    kind: 'halted',
    title: `${run.cluster}: halted at ${at}`,
    text: `${cause}\n${whatOf(run)} waits for ${ways}, until ${until}. Look: meshlift show ${run.cluster}`,
    until,
  });
}

/** The run has ended; its outcome is set. */
export function tellEnded(run: Run): void {
  const { cluster, ended = 'Running', cause, remaining } = run;
  tell(run, {
    kind: KIND_OF[ended],
    title: `${cluster}: ${whatOf(run)} ended as ${ended}`,
    text: [
      ...(cause === undefined ? [] : [cause]),
      ...(ended === 'Blocked' ? findingsOf(run) : []),
      ...(remaining.length === 0 ? [] : ['Left to do:', ...remaining.slice(0, MOST_LINES)]),
    ].join('\n'),
    outcome: ended,
  });
}

/** The run fails before it has touched anything. */
export function tellFailed(run: Run, why: string): void {
  const text = `${why}\nNothing was touched.`;
  tell(run, { kind: 'failed', title: `${run.cluster}: ${whatOf(run)} failed`, text });
}

const MOST_LINES = 10;

const KIND_OF: Readonly<Record<NonNullable<Run['ended']>, RunNews['kind']>> = {
  Succeeded: 'done',
  Blocked: 'blocked',
  RolledBack: 'rolled-back',
  Cancelled: 'rolled-back',
  Halted: 'halted',
  RollbackFailed: 'failed',
  Running: 'failed',
};

function findingsOf({ findings }: Run): readonly string[] {
  return findings
    .filter(
      ({ severity, overriddenBecause }) => severity !== 'info' && overriddenBecause === undefined,
    )
    .slice(0, MOST_LINES)
    .map(({ code, subject, message }) => `${code} (${subject}): ${message}`);
}

function whatOf({ type, target }: Run): string {
  switch (type) {
    case 'upgradeMesh':
      return `the upgrade to ${target}`;
    case 'downgradeMesh':
      return `the downgrade to ${target}`;
    case 'rollbackMesh':
      return `the rollback to ${target}`;
    case 'refreshProxies':
      return 'the refresh of its proxies';
  }
}

/** Who has approved, who still has to, and by which commands. */
function whoDecides(run: Run, gate: OpenGate): readonly string[] {
  const view = gateOf(run, gate);
  const needed = whoIsNeeded(view);
  const { approvals = [] } = view;
  const { cluster } = run;
  const [approve, reject] =
    view.mode === 'signed'
      ? [
          `meshlift sign ${cluster} --approve --key FILE --send`,
          `meshlift sign ${cluster} --reject --key FILE --send`,
        ]
      : [`meshlift approve ${cluster}`, `meshlift reject ${cluster}`];
  return [
    ...(approvals.length === 0
      ? []
      : [`Approved by: ${approvals.map(describeApproval).join('; ')}`]),
    ...(needed === undefined ? [] : [`Still needed: ${needed}`]),
    `Look: meshlift show ${cluster}. Decide: ${approve}, or ${reject}`,
  ];
}

function linesOf(lines: readonly string[]): string {
  return lines.join('\n');
}
