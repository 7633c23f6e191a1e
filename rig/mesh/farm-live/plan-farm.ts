import { STARTING_MESH } from '../starting-mesh.ts';
import { mixedShape, type Shape } from './mixed-kinds.ts';

/** What a farm of workloads that really run consists of; the same size gives the same farm. */
export interface LiveFarmSize {
  readonly workloads: number;
  /** With every kind among them, and with what a restart does not move. */
  readonly isMixed?: boolean;
  /** How many of a hundred workloads take seconds, not moments, until a pod is ready; 10 unless said. */
  readonly slowPercent?: number;
  /** How many workloads fail as soon as they get a proxy newer than the starting one. */
  readonly failing?: number;
}

export const LIVE_KINDS = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Job',
  'CronJob',
] as const;
export type LiveKind = (typeof LIVE_KINDS)[number];

/** How a workload fails with a new proxy: its sidecar crashes again and again, or it never turns ready. */
export type LiveFailure = 'crash' | 'never-ready';

/** `spec` of a PodDisruptionBudget without its selector. */
export type LiveBudget = { readonly minAvailable: number } | { readonly maxUnavailable: number };

/** What keeps a workload's own rollout from replacing its pods, or its pods from the mesh. */
export type LiveOddity = 'paused' | 'on-delete' | 'partition' | 'opted-out';

export interface LiveWorkload {
  readonly name: string;
  readonly kind: LiveKind;
  /** Without meaning for a DaemonSet, which has one pod per node, and for a CronJob, which has none yet. */
  readonly replicas: number;
  /** Of a Deployment; absent means what Kubernetes takes, 25 % each. */
  readonly strategy?: { readonly maxSurge: number | string; readonly maxUnavailable: number };
  readonly oddity?: LiveOddity;
  readonly budget?: LiveBudget;
  /** How long a new pod takes; absent means about a second. */
  readonly readyAfterSeconds?: number;
  readonly failsBy?: LiveFailure;
}

export interface LiveNamespace {
  readonly name: string;
  /** How its pods come into the mesh. */
  readonly labels: Readonly<Record<string, string>>;
  readonly workloads: readonly LiveWorkload[];
}

const WORKLOADS_PER_NAMESPACE = 20;
/** Of so many namespaces one chooses its revision by name, the others by the tag. */
const ONE_BY_REVISION_IN = 5;
const ONE_STATEFUL_IN = 5;
const DEFAULT_SLOW_PERCENT = 10;
/**
 * A budget that asks for every replica is a finding that a person overrides by name, and a request
 * takes a hundred of those: the workloads before this one have eighty.
 */
const NO_FULL_BUDGETS_FROM = 1600;

/** Which workloads where, by index alone: two farms of one size are equal. */
export function planFarm(size: LiveFarmSize): readonly LiveNamespace[] {
  const plain = Array.from({ length: size.workloads }, (_, index) => planWorkload(index, size));
  const workloads = withFailures(plain, size.failing ?? 0);
  const namespaces = Math.ceil(workloads.length / WORKLOADS_PER_NAMESPACE);
  return Array.from({ length: namespaces }, (_, index) => ({
    name: `farm-live-${String(index).padStart(3, '0')}`,
    labels: { 'istio.io/rev': selectorOf(index) },
    workloads: workloads.slice(
      index * WORKLOADS_PER_NAMESPACE,
      (index + 1) * WORKLOADS_PER_NAMESPACE,
    ),
  }));
}

function selectorOf(namespace: number): string {
  const isByRevision = namespace % ONE_BY_REVISION_IN === ONE_BY_REVISION_IN - 1;
  return isByRevision ? STARTING_MESH.revision : STARTING_MESH.tags[0];
}

function planWorkload(index: number, size: LiveFarmSize): LiveWorkload {
  const slow = isSlow(index, size.slowPercent ?? DEFAULT_SLOW_PERCENT);
  return {
    name: `app-${String(index).padStart(5, '0')}`,
    ...((size.isMixed === true ? mixedShape(index) : undefined) ?? plainShape(index)),
    ...(slow ? { readyAfterSeconds: 4 + (index % 5) } : {}),
  };
}

/** 37 has no factor in common with 100, so that each hundred workloads hold exactly so many, spread out. */
function isSlow(index: number, percent: number): boolean {
  return (index * 37) % 100 < percent;
}

function plainShape(index: number): Shape {
  const stateful = index % ONE_STATEFUL_IN === ONE_STATEFUL_IN - 1;
  const kind = stateful ? 'StatefulSet' : 'Deployment';
  // Three in ten have a budget; of forty workloads each of the four shapes of a Deployment has two.
  const turn = [0, 4, 7].indexOf(index % 10);
  if (turn === -1) return { kind, replicas: 2 };
  return stateful
    ? { kind, replicas: 2, budget: statefulBudget(index) }
    : budgetedDeployment((Math.floor(index / 10) + turn) % 4, index < NO_FULL_BUDGETS_FROM);
}

/** One pod at a time is all that a StatefulSet does; a budget for all of its pods would never be kept. */
function statefulBudget(index: number): LiveBudget {
  return Math.floor(index / 10) % 2 === 0 ? { maxUnavailable: 1 } : { minAvailable: 1 };
}

function budgetedDeployment(shape: number, mayBeFull: boolean): Shape {
  const kind = 'Deployment';
  if (shape === 0) return { kind, replicas: 2, budget: { maxUnavailable: 1 } };
  if (shape === 1) return { kind, replicas: 2, budget: { minAvailable: 1 } };
  if (shape === 2 && mayBeFull) {
    const strategy = { maxSurge: 1, maxUnavailable: 0 };
    return { kind, replicas: 2, strategy, budget: { minAvailable: 2 } };
  }
  // Stricter than the rollout, which takes two of eight away at once: a plain restart breaks it.
  return { kind, replicas: 8, budget: { maxUnavailable: 1 } };
}

/** Deployments without a budget, evenly over the farm, in turn of each way. */
function withFailures(
  workloads: readonly LiveWorkload[],
  failing: number,
): readonly LiveWorkload[] {
  const able = workloads.filter(
    ({ kind, budget, replicas, oddity }) =>
      kind === 'Deployment' && budget === undefined && replicas === 2 && oddity === undefined,
  );
  const step = Math.max(1, Math.floor(able.length / Math.max(1, failing)));
  const chosen = able.filter((_, index) => index % step === 0).slice(0, failing);
  const order = new Map(chosen.map(({ name }, index) => [name, index]));
  return workloads.map((workload) => {
    const index = order.get(workload.name);
    if (index === undefined) return workload;
    return { ...workload, failsBy: index % 2 === 0 ? 'crash' : 'never-ready' };
  });
}
