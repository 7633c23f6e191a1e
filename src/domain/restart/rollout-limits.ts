import type { KubernetesObject } from '../kubernetes-object.ts';
import type { RestartableKind } from '../mesh/observed-mesh.ts';
import { resolveShare, type IntOrPercent } from './resolve-share.ts';

interface RollingUpdate {
  readonly maxUnavailable?: IntOrPercent;
  readonly maxSurge?: IntOrPercent;
  readonly partition?: number;
}

interface StrategyShape {
  readonly type?: string;
  readonly rollingUpdate?: RollingUpdate;
  /** Of an Argo Rollout. */
  readonly canary?: { readonly maxUnavailable?: IntOrPercent };
}

interface WorkloadShape {
  readonly spec?: {
    readonly replicas?: number;
    readonly paused?: boolean;
    /** Of a Deployment or an Argo Rollout. */
    readonly strategy?: StrategyShape;
    /** Of a StatefulSet or a DaemonSet. */
    readonly updateStrategy?: StrategyShape;
  };
  readonly status?: { readonly desiredNumberScheduled?: number };
}

/** What a workload's own strategy does when its pod template changes. */
export type RolloutLimits = {
  /** Pods that it wants. */
  readonly desired: number;
  /** Most pods that its strategy takes away before others have come. */
  readonly unavailable: number;
  /** Most pods that its strategy adds before others go. */
  readonly surge: number;
} & (
  | { readonly replaces: 'in-turns' | 'all-at-once' }
  | { readonly replaces: 'not-all'; readonly because: string }
);

/**
 * Reads a workload's strategy. Defaults and rounding are those of the controllers: surge is rounded
 * up, unavailability of a Deployment down and of a DaemonSet up, and a Deployment that resolves both
 * to 0 takes 1 away
 * (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/).
 */
export function rolloutLimits(kind: RestartableKind, workload: KubernetesObject): RolloutLimits {
  const shape = workload as KubernetesObject & WorkloadShape;
  switch (kind) {
    case 'Deployment':
      return deploymentLimits(shape);
    case 'StatefulSet':
      return statefulSetLimits(shape);
    case 'DaemonSet':
      return daemonSetLimits(shape);
    case 'Rollout':
      return argoLimits(shape);
    case 'ReplicaSet':
      return { ...ONE, desired: shape.spec?.replicas ?? 1 };
    case 'Pod':
      return ONE;
  }
}

const ONE = {
  desired: 1,
  unavailable: 1,
  surge: 0,
  replaces: 'not-all',
  because: 'nothing controls it, so no template replaces its pods',
} as const;

/**
 * On `restartAt` its controller evicts as many at a time as its strategy lets be unavailable, one at
 * least, and surges never (argo-rollouts `docs/features/restart.md`).
 */
function argoLimits({ spec }: WorkloadShape): RolloutLimits {
  const desired = spec?.replicas ?? 1;
  const share = spec?.strategy?.canary?.maxUnavailable ?? '25%';
  const unavailable = Math.max(1, resolveShare(share, desired, 'down'));
  return { desired, unavailable, surge: 0, replaces: 'in-turns' };
}

function deploymentLimits({ spec }: WorkloadShape): RolloutLimits {
  const desired = spec?.replicas ?? 1;
  const { type = 'RollingUpdate', rollingUpdate = {} } = spec?.strategy ?? {};
  if (spec?.paused === true) {
    const because = 'its rollout is paused';
    return { desired, unavailable: 0, surge: 0, replaces: 'not-all', because };
  }
  if (type === 'Recreate') {
    return { desired, unavailable: desired, surge: 0, replaces: 'all-at-once' };
  }
  const surge = resolveShare(rollingUpdate.maxSurge ?? '25%', desired, 'up');
  const unavailable = resolveShare(rollingUpdate.maxUnavailable ?? '25%', desired, 'down');
  return {
    desired,
    unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable,
    surge,
    replaces: 'in-turns',
  };
}

/** One after the other; `maxUnavailable` of a StatefulSet counts only behind a feature gate. */
function statefulSetLimits({ spec }: WorkloadShape): RolloutLimits {
  const desired = spec?.replicas ?? 1;
  const { type = 'RollingUpdate', rollingUpdate = {} } = spec?.updateStrategy ?? {};
  const { partition = 0, maxUnavailable = 1 } = rollingUpdate;
  const unavailable = Math.max(1, resolveShare(maxUnavailable, desired, 'up'));
  const base = { desired, unavailable, surge: 0 };
  if (type === 'OnDelete') return { ...base, replaces: 'not-all', because: ON_DELETE };
  if (partition > 0) {
    const because = `its update strategy has partition ${partition}: pods below it keep the old template`;
    return { ...base, replaces: 'not-all', because };
  }
  return { ...base, replaces: 'in-turns' };
}

function daemonSetLimits({ spec, status }: WorkloadShape): RolloutLimits {
  const desired = status?.desiredNumberScheduled ?? 0;
  const { type = 'RollingUpdate', rollingUpdate = {} } = spec?.updateStrategy ?? {};
  const surge = resolveShare(rollingUpdate.maxSurge ?? 0, desired, 'up');
  const unavailable = resolveShare(
    rollingUpdate.maxUnavailable ?? (surge > 0 ? 0 : 1),
    desired,
    'up',
  );
  const base = { desired, unavailable, surge };
  if (type === 'OnDelete') return { ...base, replaces: 'not-all', because: ON_DELETE };
  return { ...base, replaces: 'in-turns' };
}

const ON_DELETE = 'its update strategy is OnDelete: a new template replaces no pod';
