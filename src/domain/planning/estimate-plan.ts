import { assertNever } from '../assert-never.ts';
import type { ObservedMesh, WorkloadRef } from '../mesh/observed-mesh.ts';
import type { Policy } from '../policy.ts';
import type { StepOf, UpgradeStep } from './step.ts';

/** What something takes, when nothing goes wrong. Not a promise, and no part of a plan's digest. */
export interface Estimate {
  readonly seconds: {
    /** With pods that are ready at once. */
    readonly least: number;
    /** With slow pods; absent for what only a person decides. */
    readonly most?: number;
  };
  /** Requests to the API server, with pods that are ready at once. */
  readonly apiRequests: number;
}

/** The whole run; the time that people take is not in it. */
export interface PlanEstimate extends Estimate {
  /** By id of the step. */
  readonly steps: Readonly<Record<string, Estimate>>;
}

/**
 * Seconds from a pod's end to its successor being ready. Least: seen on the rig, whose pods do
 * nothing (2026-11: waves of 9, 12 and 18 pods took 4 to 6 s). Most: an image to pull, a slow probe.
 */
const POD_SECONDS = { least: 1, most: 60 } as const;
/** Each wave moves selectors, gathers, looks once more: 2 s on the rig. */
const WAVE_OVERHEAD = { least: 2, most: 15 } as const;
/** Anything that only reads or writes a few objects. */
const STEP_SECONDS = { least: 1, most: 10 } as const;
/** Until istiod is ready and injects. */
const CONTROL_PLANE_SECONDS = { least: 1, most: 120 } as const;
/** Both times that a run plans, before its lock and under it. */
const PLANNING_SECONDS = { least: 5, most: 60 } as const;
/** Of a Deployment that says nothing, that much is replaced at a time, twice: surge and unavailable. */
const DEFAULT_ROLLING_SHARE = 0.25;

/** Requests as counted by the audit log of the rig: a run of 17 workloads and 39 pods made 1,214 in 58 s. */
const REQUESTS = {
  planning: { fixed: 280, perObject: 4, perOldObject: 2 },
  snapshot: 15,
  apply: { fixed: 6, perObject: 2 },
  verifyControlPlane: 12,
  look: { fixed: 4, perNamespace: 5 },
  wave: { fixed: 20, perNamespace: 9, perWorkload: 2, perLookAndNamespace: 4 },
  moveDefault: { fixed: 11, perTag: 8, validator: 4 },
  labels: { fixed: 5, perNamespace: 3 },
  census: 26,
  remove: { fixed: 14, perObject: 3 },
  verifyMesh: 14,
  undo: { fixed: 12, perObject: 2 },
} as const;

interface Basis {
  readonly steps: readonly UpgradeStep[];
  readonly policy: Policy;
}

/** What a plan takes, by its steps, its policy and the pods that there are now. */
export function estimatePlan({ steps, policy }: Basis, mesh: ObservedMesh): PlanEstimate {
  const pods = new Map(mesh.workloads.map(({ uid, desiredPods }) => [uid, desiredPods]));
  const moved: string[] = [];
  const estimates = steps.map((step): readonly [string, Estimate] => {
    const estimate = estimateStep(step, policy, { pods, namespaces: moved.length });
    if (step.kind === 'wave') moved.push(...step.namespaces);
    return [step.id, estimate];
  });
  const all = [estimatePlanning(steps), ...estimates.map(([, estimate]) => estimate)];
  return { ...addUp(all), steps: Object.fromEntries(estimates) };
}

interface Circumstances {
  /** By uid of the workload. */
  readonly pods: ReadonlyMap<string, number>;
  /** How many have moved before the step. */
  readonly namespaces: number;
}

function estimateStep(step: UpgradeStep, policy: Policy, now: Circumstances): Estimate {
  switch (step.kind) {
    case 'snapshot':
      return { seconds: STEP_SECONDS, apiRequests: REQUESTS.snapshot };
    case 'apply-crds':
    case 'install-control-plane':
      return { seconds: STEP_SECONDS, apiRequests: linear(REQUESTS.apply, step.objects.length) };
    case 'verify-control-plane':
      return {
        seconds: {
          least: CONTROL_PLANE_SECONDS.least,
          most: Math.min(CONTROL_PLANE_SECONDS.most, policy.controlPlaneDeadlineSeconds),
        },
        apiRequests: REQUESTS.verifyControlPlane,
      };
    case 'soak':
      return estimateSoak(step, policy, now.namespaces);
    case 'wave':
      return estimateWave(step, policy, now.pods);
    case 'gate':
      return { seconds: { least: 0 }, apiRequests: 0 };
    case 'move-default':
      return { seconds: STEP_SECONDS, apiRequests: moveDefaultRequests(step) };
    case 'restore-labels': {
      const { fixed, perNamespace } = REQUESTS.labels;
      const apiRequests = fixed + perNamespace * step.namespaceMoves.length;
      return { seconds: STEP_SECONDS, apiRequests };
    }
    case 'census':
      return { seconds: beyond(step.graceSeconds, STEP_SECONDS), apiRequests: REQUESTS.census };
    case 'remove-control-plane':
      return { seconds: STEP_SECONDS, apiRequests: linear(REQUESTS.remove, step.objects.length) };
    case 'verify-mesh':
      return { seconds: STEP_SECONDS, apiRequests: REQUESTS.verifyMesh };
    case 'undo-step':
      return {
        seconds: beyond(0, {
          least: STEP_SECONDS.least,
          most: policy.restart.workloadDeadlineSeconds,
        }),
        apiRequests: linear(REQUESTS.undo, step.changes),
      };
    case 'restore-control-plane':
      return {
        seconds: CONTROL_PLANE_SECONDS,
        apiRequests: linear(REQUESTS.apply, step.objects.length) + REQUESTS.verifyControlPlane,
      };
    case 'prove-restored':
      return { seconds: STEP_SECONDS, apiRequests: REQUESTS.snapshot };
    default:
      return assertNever(step);
  }
}

function estimateSoak(
  { seconds }: StepOf<'soak'>,
  { healthPollSeconds }: Policy,
  namespaces: number,
): Estimate {
  const looks = Math.ceil(seconds / Math.max(1, healthPollSeconds)) + 1;
  const { fixed, perNamespace } = REQUESTS.look;
  return {
    seconds: beyond(seconds, { least: 0, most: STEP_SECONDS.most }),
    apiRequests: looks * (fixed + perNamespace * namespaces),
  };
}

/** As long as the slowest workload, or as the budget of pods in flight makes all of them. */
function estimateWave(
  { workloads, namespaces }: StepOf<'wave'>,
  { restart }: Policy,
  pods: ReadonlyMap<string, number>,
): Estimate {
  const sizes = workloads.map((workload) => {
    const count = pods.get(workload.uid) ?? (workload.kind === 'Pod' ? 1 : 0);
    return { count, turns: turnsOf(workload, count) };
  });
  const slowest = Math.max(0, ...sizes.map(({ turns }) => turns));
  const work = sizes.reduce((sum, { count }) => sum + count, 0);
  const turns = Math.ceil(Math.max(slowest, work / restart.maxPodsInFlight));
  const least = WAVE_OVERHEAD.least + turns * POD_SECONDS.least;
  const { fixed, perNamespace, perWorkload, perLookAndNamespace } = REQUESTS.wave;
  return {
    seconds: { least, most: WAVE_OVERHEAD.most + turns * POD_SECONDS.most },
    apiRequests:
      fixed +
      perWorkload * workloads.length +
      (perNamespace + perLookAndNamespace * least) * namespaces.length,
  };
}

/** How many pods one after another: a Deployment replaces some at a time, the others one. */
function turnsOf({ kind }: WorkloadRef, pods: number): number {
  if (kind !== 'Deployment') return pods;
  const surge = Math.ceil(pods * DEFAULT_ROLLING_SHARE);
  const unavailable = Math.floor(pods * DEFAULT_ROLLING_SHARE);
  return Math.ceil(pods / Math.max(1, surge + unavailable));
}

function moveDefaultRequests({ tagMoves, validator }: StepOf<'move-default'>): number {
  const { fixed, perTag, validator: forValidator } = REQUESTS.moveDefault;
  return fixed + perTag * tagMoves.length + (validator === undefined ? 0 : forValidator);
}

function estimatePlanning(steps: readonly UpgradeStep[]): Estimate {
  const count = (kinds: readonly UpgradeStep['kind'][]): number =>
    steps.reduce(
      (sum, step) =>
        sum + ('objects' in step && kinds.includes(step.kind) ? step.objects.length : 0),
      0,
    );
  const { fixed, perObject, perOldObject } = REQUESTS.planning;
  const written = count(['apply-crds', 'install-control-plane']);
  return {
    seconds: PLANNING_SECONDS,
    apiRequests: fixed + perObject * written + perOldObject * count(['remove-control-plane']),
  };
}

function linear(
  { fixed, perObject }: { readonly fixed: number; readonly perObject: number },
  objects: number,
): number {
  return fixed + perObject * objects;
}

function beyond(
  seconds: number,
  more: { readonly least: number; readonly most: number },
): { readonly least: number; readonly most: number } {
  return { least: seconds + more.least, most: seconds + more.most };
}

function addUp(estimates: readonly Estimate[]): Estimate {
  const sum = (of: (estimate: Estimate) => number): number =>
    estimates.reduce((total, estimate) => total + of(estimate), 0);
  return {
    seconds: {
      least: sum(({ seconds }) => seconds.least),
      most: sum(({ seconds }) => seconds.most ?? 0),
    },
    apiRequests: sum(({ apiRequests }) => apiRequests),
  };
}
