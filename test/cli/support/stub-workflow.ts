import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  defineSignal,
  defineUpdate,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Acknowledged, Because, Decision } from '../../../src/domain/messages.ts';
import type { Progress } from '../../../src/domain/progress.ts';
import type { StepReport, StepState, UpgradeReport } from '../../../src/domain/report.ts';
import { getPlan, getProgress, getReport } from '../../../src/workflows/messages.ts';

const approveUpdate = defineUpdate<Acknowledged, [Decision?]>('approve');
const rejectUpdate = defineUpdate<Acknowledged, [Decision?]>('reject');
const rejectSignal = defineSignal<[Decision?]>('reject');
const pauseUpdate = defineUpdate<Acknowledged, [Because?]>('pause');

const PLAN_DIGEST = `sha256:${'a'.repeat(64)}`;
const PAUSED: Acknowledged = { accepted: true, message: 'paused' };
const GATE_UNTIL = '2999-01-01T00:00:00.000Z';

interface State {
  steps: readonly StepReport[];
  phase: Progress['phase'];
  current?: NonNullable<Progress['current']>;
  decision?: 'approve' | 'reject';
  outcome: UpgradeReport['outcome'];
}

/** Speaks the messages of the real workflow and touches nothing: enough to try the commands on. */
export async function upgradeMesh(request: {
  readonly cluster: string;
  readonly target: string;
}): Promise<UpgradeReport> {
  const state: State = { steps: STEPS, phase: 'Starting', outcome: 'Running' };
  answerQueries(state, request);
  takeMessages(state);
  if (request.target === '0.0.0') {
    throw ApplicationFailure.nonRetryable('there is no such target', 'InvalidRequest');
  }
  state.phase = 'MovingWorkloads';
  for (const id of ['snapshot', 'install', 'wave-1']) await carryOut(state, id);
  enter(state, 'gate-complete', 'begun');
  state.phase = 'AwaitingCompletion';
  await condition(() => state.decision !== undefined);

  const isApproved = state.decision === 'approve';
  for (const { id } of STEPS) enter(state, id, isApproved ? 'done' : 'undone');
  state.phase = 'Ended';
  state.outcome = isApproved ? 'Succeeded' : 'RolledBack';
  await condition(allHandlersFinished);
  return reportOf(state, request);
}

const STEPS: readonly StepReport[] = (
  [
    ['snapshot', 'snapshot'],
    ['install', 'install-control-plane'],
    ['wave-1', 'wave'],
    ['gate-complete', 'gate'],
    ['verify', 'verify-mesh'],
  ] as const
).map(([id, kind]) => ({ id, kind, title: `step ${id}`, state: 'pending' }));

async function carryOut(state: State, id: string): Promise<void> {
  enter(state, id, 'begun');
  for (let done = 0; done < 2; done += 1) {
    state.current = { step: id, done, total: 2 };
    await sleep('300ms');
  }
  delete state.current;
  enter(state, id, 'done');
}

function enter(state: State, id: string, reached: StepState): void {
  state.steps = state.steps.map((step) => (step.id === id ? { ...step, state: reached } : step));
}

function takeMessages(state: State): void {
  const decide =
    (made: 'approve' | 'reject') =>
    (body: Decision = {}): Acknowledged => {
      state.decision = made;
      return { accepted: true, message: `${made} ${body.gate ?? ''} ${body.planDigest ?? ''}` };
    };
  setHandler(approveUpdate, decide('approve'));
  setHandler(rejectUpdate, decide('reject'));
  setHandler(rejectSignal, (body) => void decide('reject')(body));
  setHandler(pauseUpdate, (_body?: Because): Acknowledged => PAUSED, {
    validator: (_body?: Because) => {
      throw ApplicationFailure.nonRetryable('nothing can be paused here', 'MessageRefused');
    },
  });
}

function answerQueries(
  state: State,
  request: { readonly cluster: string; readonly target: string },
): void {
  setHandler(getReport, () => reportOf(state, request));
  setHandler(getPlan, () => null);
  setHandler(getProgress, () => ({
    ...headOf(request),
    phase: state.phase,
    steps: state.steps,
    canRollBack: true,
    ...(state.current === undefined ? {} : { current: state.current }),
    ...(state.phase === 'AwaitingCompletion'
      ? { openGate: { name: 'complete', openedAt: GATE_UNTIL, until: GATE_UNTIL } }
      : {}),
  }));
}

function reportOf(
  { outcome, steps }: State,
  request: { readonly cluster: string; readonly target: string },
): UpgradeReport {
  const { workflowId, startTime } = workflowInfo();
  const empty = { findings: [], waves: [], exceptions: [], differences: [], remaining: [] };
  return {
    ...headOf(request),
    ...{ outcome, workflowId, startedAt: startTime.toISOString(), steps, messages: [], ...empty },
  };
}

function headOf({ cluster, target }: { readonly cluster: string; readonly target: string }): {
  readonly apiVersion: string;
  readonly cluster: string;
  readonly target: string;
  readonly runId: string;
  readonly planDigest: string;
} {
  const { runId } = workflowInfo();
  return { apiVersion: 'meshlift.dev/v1alpha1', cluster, target, runId, planDigest: PLAN_DIGEST };
}
