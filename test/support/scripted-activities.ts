import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Activities } from '../../src/activities/index.ts';
import type { PlanningActivities } from '../../src/activities/planning-activities.ts';
import { digestOf } from '../../src/clients/digest.ts';
import { toFailure } from '../../src/activities/failures.ts';
import {
  resolveDowngrade,
  resolveRefresh,
  resolveRequest,
  resolveRollback,
} from '../../src/activities/resolve-request.ts';
import type { Config } from '../../src/config/config.ts';
import type { FailureType } from '../../src/domain/failure-type.ts';
import { buildSteps } from '../../src/domain/planning/build-steps.ts';
import { outlinePlan } from '../../src/domain/planning/outline-plan.ts';
import type { PlanOutline } from '../../src/domain/planning/plan.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { TokenVerdict } from '../../src/domain/rollout/decide-message.ts';
import { movedIn, sampleMesh, samplePolicy } from './sample-mesh.ts';
import { sampleRefreshPlan } from './sample-refresh.ts';
import { sampleRollbackPlan } from './sample-rollback.ts';
import { ALWAYS, maintenanceWell } from './scripted-maintenance.ts';

export const CLUSTER_UID = 'uid-kube-system';
export const DIGEST = `sha256:${'d'.repeat(64)}`;

/** What one run does to its cluster, as the activities would have it. */
export interface Script {
  readonly activities: Activities;
  /** Every call that was begun, as `name`, or `name step` where it is for a step. */
  readonly calls: readonly string[];
  /** Resolves when a call was begun that often. */
  begun(call: string, times?: number): Promise<void>;
}

export interface ScriptOptions {
  readonly cluster: string;
  readonly policy?: Partial<Policy>;
  readonly notifications?: Config['notifications'];
  /** Queue of the cluster's activities. */
  readonly taskQueue: string;
  /** What goes otherwise than well. */
  readonly but?: Partial<Activities>;
}

/** Activities of a cluster on which everything goes well, but for what a test says. */
export function createScript({
  cluster,
  policy,
  notifications,
  taskQueue,
  but = {},
}: ScriptOptions): Script {
  const inForce = samplePolicy({
    soakSeconds: { controlPlane: 20, wave: 20, mesh: 20 },
    pruneGraceSeconds: 5,
    ...policy,
  });
  const config = {
    ...configOf(cluster, taskQueue, inForce),
    ...(notifications === undefined ? {} : { notifications }),
  };
  const well: Activities = {
    ...planningWell(cluster, config, inForce),
    ...maintenanceWell(config),
    keepEvidence: async ({ evidence }) => ({ digest: digestOf(evidence) }),
    // Here a token is what it says.
    verifyDecision: async ({ token }) => JSON.parse(token) as TokenVerdict,
    checkWindow: async () => ({ kind: 'open' }),
    awaitWindow: async () => ({ kind: 'open' }),
    takeSnapshot: async () => ({ entries: 42 }),
    applyStep: async () => ({ objects: 3 }),
    verifyControlPlane: async () => ({
      status: 'Healthy',
      conditions: [{ type: 'ControlPlaneReady', status: 'Healthy', message: '2 of 2 ready' }],
    }),
    watchHealth: async () => watchOn(),
    checkHealth: async () => ({ status: 'Healthy', conditions: [] }),
    restartWorkloads: async () => ({ finished: true, done: 1, total: 1, begun: {}, pods: 2 }),
    takeWaveCensus: async ({ step }) => ({
      id: step,
      namespaces: [`namespace of ${step}`],
      workloads: 1,
      onTarget: 1,
      pods: 2,
    }),
    takeUsageCensus: async () => ({ users: [], remarks: [] }),
    awaitUnused: async () => undefined,
    verifyMesh: async () => 'the mesh is wholly on 1-26-1',
    hasJournal: async () => true,
    undoStep: async () => ({ reverted: 1, foreign: [] }),
    assessWayBack: async () => ({ status: 'Healthy', conditions: [] }),
    restoreControlPlane: async () => ({ objects: 16 }),
    undoRecordedStep: async () => ({ reverted: 1, foreign: [] }),
    proveRolledBack: async () => ({ restored: true, differences: [], ours: [] }),
    proveRestored: async () => ({ restored: true, differences: [], ours: [] }),
    finishRun: async () => undefined,
    notify: async () => undefined,
  };
  return record({ ...well, ...but });
}

/** One cluster under that policy. */
function configOf(cluster: string, taskQueue: string, policy: Policy): Config {
  const entry = {
    name: cluster,
    kubeconfig: '/nowhere',
    installerKubeconfig: '/nowhere',
    meshNamespace: 'istio-system',
    installer: 'istioctl',
    taskQueue,
    policy,
  } as const;
  return {
    file: '/etc/meshlift.yaml',
    taskQueue,
    istioctl: {},
    versions: [],
    windows: [ALWAYS],
    clusters: new Map([[cluster, entry]]),
  };
}

function planningWell(cluster: string, config: Config, policy: Policy): PlanningActivities {
  return {
    resolveRequest: async ({ input, workflowId }) =>
      asFailure(() => resolveRequest(config, input, workflowId)),
    identifyCluster: async () => CLUSTER_UID,
    planUpgrade: async () => ({ kind: 'plan', outline: sampleOutline(cluster, policy) }),
    claimMesh: async () => ({ kind: 'claimed' }),
    resolveDowngrade: async ({ input, workflowId }) =>
      asFailure(() => resolveDowngrade(config, input, workflowId)),
    planDowngrade: async () => ({ kind: 'plan', outline: sampleDowngrade(cluster, policy) }),
    claimDowngrade: async () => ({ kind: 'claimed' }),
    resolveRollback: async ({ input, workflowId }) =>
      asFailure(() => resolveRollback(config, input, workflowId)),
    planRollback: async () => ({ kind: 'plan', outline: sampleRollback(cluster, policy) }),
    claimRollback: async () => ({ kind: 'claimed' }),
    resolveRefresh: async ({ input, workflowId }) =>
      asFailure(() => resolveRefresh(config, input, workflowId)),
    planRefresh: async () => ({ kind: 'plan', outline: sampleRefresh(cluster, policy) }),
    claimRefresh: async () => ({ kind: 'claimed' }),
  };
}

function asFailure<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toFailure(error);
  }
}

function record(activities: Activities): Script {
  const calls: string[] = [];
  const waiting = new Set<() => void>();
  const acts = Object.entries(activities) as [string, (input: unknown) => Promise<unknown>][];
  const recorded = acts.map(([name, act]) => {
    const recording = (input: unknown): Promise<unknown> => {
      const isRetry = Context.current().info.attempt > 1;
      if (!isRetry) calls.push(callOf(name, input));
      for (const wake of [...waiting]) wake();
      return act(input);
    };
    return [name, recording] as const;
  });
  return {
    // The same names as in `activities`, each with its own function behind it.
    activities: Object.fromEntries(recorded) as unknown as Activities,
    calls,
    begun: (call, times = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (calls.filter((each) => each === call).length < times) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

function callOf(name: string, input: unknown): string {
  const step = typeof input === 'object' && input !== null && 'step' in input ? input.step : '';
  return `${name} ${typeof step === 'string' ? step : ''}`.trim();
}

/** The plan of the sample mesh, in outline. */
export function sampleOutline(cluster: string, policy: Policy): PlanOutline {
  const from = { revision: '1-25-1', version: '1.25.1' };
  const to = { revision: '1-26-1', version: '1.26.1' };
  const mesh = sampleMesh({ cluster });
  const steps = buildSteps({
    mesh,
    policy,
    treated: movedIn(mesh),
    gatewayNamespaces: [],
    from,
    to,
    base: [],
    pilot: [],
    old: [],
  });
  return outlinePlan(
    {
      apiVersion: 'meshlift.dev/v1alpha1',
      cluster: { name: cluster, uid: CLUSTER_UID },
      meshNamespace: 'istio-system',
      strategy: 'canary',
      from,
      to,
      steps,
      policy,
      binaries: {},
      renderDigest: 'sha256:x',
      findings: [],
    },
    DIGEST,
  );
}

/** The way back of the same: without a step for CRDs. */
function sampleDowngrade(cluster: string, policy: Policy): PlanOutline {
  const { from, to, steps, ...outline } = sampleOutline(cluster, policy);
  return {
    ...outline,
    from: to,
    to: from,
    steps: steps.filter(({ kind }) => kind !== 'apply-crds'),
  };
}

/** The plan of a refresh of the namespaces `billing` and `shop`, in outline. */
function sampleRefresh(cluster: string, policy: Policy): PlanOutline {
  return outlinePlan(sampleRefreshPlan({ name: cluster, uid: CLUSTER_UID }, policy), DIGEST);
}

/** The plan that takes a finished run over the sample mesh back, in outline. */
function sampleRollback(cluster: string, policy: Policy): PlanOutline {
  return outlinePlan(sampleRollbackPlan({ name: cluster, uid: CLUSTER_UID }, policy), DIGEST);
}

/**
 * As the real one, whose own retries are the polling; here the next look is never due. The
 * time-skipping server stops skipping for good when a retry and a cancellation fall together.
 */
export function watchOn(): never {
  throw ApplicationFailure.create({
    type: 'StillWatching' satisfies FailureType,
    message: 'Healthy',
    nextRetryDelay: '40 days',
  });
}

/** An error as activities let it out. */
export function failure(
  type: FailureType,
  message: string,
  details: unknown[] = [],
): ApplicationFailure {
  const nonRetryable = type !== 'Transient' && type !== 'StillWatching';
  return ApplicationFailure.create({ type, message, nonRetryable, details });
}

/** Goes on until it is asked to stop, as a wave whose pods never come. */
export async function untilAsked(): Promise<void> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), 50);
  try {
    await context.cancelled.catch(() => undefined);
  } finally {
    clearInterval(beat);
  }
}
