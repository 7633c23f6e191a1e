import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { CancellationScope } from '@temporalio/workflow';
import type { ResolvedRequest } from '../activities/resolve-request.ts';
import type { RunRef } from '../activities/run-ref.ts';
import type { GateRecord } from '../domain/approval/evidence.ts';
import type { PlanOutline } from '../domain/planning/plan.ts';
import type { Phase } from '../domain/progress.ts';
import type { Finding } from '../domain/finding.ts';
import type {
  Difference,
  HopReport,
  MessageRecord,
  StepReport,
  StepState,
  UpgradeReport,
  WaveReport,
} from '../domain/report.ts';
import type { MeshRequest, RunType } from '../domain/request/request.ts';
import { advanceStep } from '../domain/rollout/advance-step.ts';
import type { Gate, Halted, Paused, StopWish, UsedNonce } from '../domain/rollout/control.ts';
import { renderDetails } from './details.ts';
import type { Carried, Place } from './go-on-anew.ts';
import { progressOf, reportOf } from './run-view.ts';
import { announcePhase } from './search-attributes.ts';
import type { Telling } from './tell.ts';

/** Everything that a run knows; handlers write their part of it, the main function the rest. */
export interface Run {
  /** What it was started with. */
  readonly input: unknown;
  /** A longer history goes on in a new one. */
  readonly mostEvents: number;
  /** Where the history before this one ended, until that place is taken up. */
  place: Place | undefined;
  /** Of its first history, whichever this is: the lock and the tokens bear it. */
  readonly runId: string;
  readonly workflowId: string;
  readonly startedAt: string;
  readonly type: RunType;
  readonly isRefresh: boolean;
  cluster: string;
  target: string;
  ref: RunRef | undefined;
  /** The request with what the configuration added to it at the start. */
  resolved: ResolvedRequest<MeshRequest> | undefined;
  /** Of a chain: the hops that are behind it. */
  hops: readonly HopReport[];
  taskQueue: string | undefined;
  phase: Phase;
  /** Phase and gate as the search attributes have them. */
  announced: string | undefined;
  outline: PlanOutline | undefined;
  findings: readonly Finding[];
  steps: Map<string, StepReport>;
  waves: WaveReport[];
  /** Workloads that failed within a wave's threshold, by uid, with the reason. */
  failed: Readonly<Record<string, string>>;
  messages: MessageRecord[];
  messagesLeftOut: number;
  gate: Gate;
  /** Gates that have closed. */
  gates: readonly GateRecord[];
  /** Gates before the mesh is taken that the plan as it is has passed, by name. */
  passed: readonly string[];
  /** Tokens that were used. */
  nonces: readonly UsedNonce[];
  waitingFor: string | undefined;
  paused: Paused | undefined;
  stop: StopWish | undefined;
  /** Set while a failed step or undo waits for a person. */
  halted: Halted | undefined;
  /** Whether the mesh's lock may be ours, so that it has to be given back. */
  claimed: boolean;
  /** Activities under way that write to the cluster. */
  mutations: number;
  /** The first deletion of the old revision has begun. */
  pointOfNoReturn: boolean;
  undoing: boolean;
  /** A person asked for a rollback although the old revision cannot serve. */
  knowsWayBack: boolean;
  /** Somebody has cancelled it in Temporal. */
  cancelled: boolean;
  ended: UpgradeReport['outcome'] | undefined;
  cause: string | undefined;
  restored: boolean | undefined;
  differences: readonly Difference[];
  remaining: readonly string[];
  /** Signed decisions that were received in time and are being looked at. */
  verifying: number;
  /** The last of them; they count in the order in which they came. */
  turn: Promise<void>;
  /** Cancelled to stop the way forward; handlers do that. */
  forward: CancellationScope | undefined;
  /** Cancelled to pause what is restarting right now. */
  pausable: CancellationScope | undefined;
  /** How often somebody has said that a window opened. */
  windowsOpened: number;
  /** People know that it waits for a window; until it has changed something again. */
  toldToWait: boolean;
  /** What people are told about it. */
  readonly telling: Telling;
}

export interface RunOptions {
  readonly mostEvents: number;
  /** Of the history before, when there was one. */
  readonly carried?: Carried | undefined;
}

/** A run at its very beginning, or as it was at the end of the history before. */
export function createRun(input: unknown, { mostEvents, carried }: RunOptions): Run {
  const run = beginRun(input, mostEvents);
  if (carried === undefined) return run;
  const { state, place } = carried;
  return { ...run, ...state, place, steps: new Map(state.steps.map((each) => [each.id, each])) };
}

function beginRun(input: unknown, mostEvents: number): Run {
  const { firstExecutionRunId, workflowId, workflowType, startTime } = workflowInfo();
  const given: Record<string, unknown> =
    typeof input === 'object' && input !== null ? { ...input } : {};
  // Only for display until the request is understood; whatever was typed may stand there.
  const shown = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 100) : '?');
  return {
    input,
    mostEvents,
    place: undefined,
    runId: firstExecutionRunId,
    workflowId,
    startedAt: startTime.toISOString(),
    type: typeOf(workflowType),
    isRefresh: workflowType === 'refreshProxies',
    cluster: shown(given['cluster']),
    target: shown(given['target']),
    ref: undefined,
    resolved: undefined,
    hops: [],
    taskQueue: undefined,
    phase: 'Starting',
    announced: undefined,
    outline: undefined,
    findings: [],
    steps: new Map(),
    waves: [],
    failed: {},
    messages: [],
    messagesLeftOut: 0,
    gate: { kind: 'none' },
    gates: [],
    passed: [],
    nonces: [],
    waitingFor: undefined,
    paused: undefined,
    stop: undefined,
    halted: undefined,
    claimed: false,
    mutations: 0,
    pointOfNoReturn: false,
    undoing: false,
    knowsWayBack: false,
    cancelled: false,
    ended: undefined,
    cause: undefined,
    restored: undefined,
    differences: [],
    remaining: [],
    verifying: 0,
    turn: Promise.resolve(),
    forward: undefined,
    pausable: undefined,
    windowsOpened: 0,
    toldToWait: false,
    telling: { count: 0, underWay: [], lost: [] },
  };
}

function typeOf(workflowType: string): RunType {
  switch (workflowType) {
    case 'downgradeMesh':
    case 'rollbackMesh':
    case 'refreshProxies':
      return workflowType;
    default:
      return 'upgradeMesh';
  }
}

/** The run's reference for activities; there is none before the request was understood. */
export function refOfRun(run: Run): RunRef {
  if (run.ref === undefined) throw new TypeError('the run has no mesh yet');
  return run.ref;
}

/** Call options of the run's cluster. */
export function callFor(run: Run, summary: string): { summary: string; taskQueue?: string } {
  return run.taskQueue === undefined ? { summary } : { summary, taskQueue: run.taskQueue };
}

/** Counts a mutation while it is under way: a pause is acknowledged when none is. */
export async function whileMutating<T>(run: Run, work: Promise<T>): Promise<T> {
  run.mutations += 1;
  try {
    return await work;
  } finally {
    run.mutations -= 1;
  }
}

/** The time of the current workflow task; the same on replay. */
export function now(): string {
  return new Date().toISOString();
}

/** Moves to a phase and tells everybody who looks; unchanged attributes cost no history event. */
export function enterPhase(run: Run, phase: Phase, waitingFor?: string): void {
  const awaiting = run.gate.kind === 'open';
  const announcement = `${phase} ${awaiting}`;
  run.phase = phase;
  run.waitingFor = waitingFor;
  if (run.announced !== announcement) {
    run.announced = announcement;
    announcePhase(phase, awaiting);
  }
  refreshDetails(run);
}

/** Shows the run's state on its page in the Temporal UI. */
export function refreshDetails(run: Run): void {
  setCurrentDetails(renderDetails(progressOf(run), reportOf(run)));
}

/** Records where a step is. */
export function markStep(run: Run, id: string, state: StepState, detail?: string): void {
  const before = run.steps.get(id);
  if (before === undefined) return;
  run.steps.set(id, advanceStep(before, { state, at: now(), detail }));
  refreshDetails(run);
}
