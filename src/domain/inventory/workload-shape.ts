import { formatRef, refOf, type KubernetesObject } from '../kubernetes-object.ts';
import { resolveShare, type IntOrPercent } from '../restart/resolve-share.ts';
import type { PodTemplateShape } from './pod-spec.ts';

interface WorkloadShape {
  readonly spec?: {
    readonly replicas?: number;
    readonly parallelism?: number;
    readonly template?: PodTemplateShape;
    readonly jobTemplate?: { readonly spec?: { readonly template?: PodTemplateShape } };
    readonly workloadRef?: { readonly kind?: string; readonly name?: string };
    readonly updateStrategy?: {
      readonly type?: string;
      readonly rollingUpdate?: { readonly maxSurge?: IntOrPercent };
    };
    readonly strategy?: {
      readonly type?: string;
      readonly rollingUpdate?: { readonly maxSurge?: IntOrPercent };
      readonly canary?: { readonly maxSurge?: IntOrPercent };
      readonly blueGreen?: object;
    };
  };
  readonly status?: { readonly desiredNumberScheduled?: number };
}

type Workload = KubernetesObject & WorkloadShape;

/** What the spec of a workload says, whatever its kind. */
export interface WorkloadSpec {
  readonly template: PodTemplateShape;
  /** Pods that it wants; a CronJob wants none between its runs. */
  readonly replicas: number;
  readonly updateStrategy: string;
  /** Pods that an update may add at once. */
  readonly surge: number;
}

/** Reads the spec of any kind of workload. `deployments` are those that Rollouts may point to. */
export function interpretWorkloadSpec(
  workload: Workload,
  deployments: ReadonlyMap<string, KubernetesObject>,
): WorkloadSpec {
  switch (workload.kind) {
    case 'Deployment':
      return deploymentSpec(workload);
    case 'DaemonSet':
      return daemonSetSpec(workload);
    case 'Rollout':
      return rolloutSpec(workload, deployments);
    case 'Job':
    case 'CronJob':
      return batchSpec(workload);
    default:
      return plainSpec(workload);
  }
}

function deploymentSpec({ spec }: Workload): WorkloadSpec {
  const replicas = spec?.replicas ?? 1;
  const { type = 'RollingUpdate', rollingUpdate } = spec?.strategy ?? {};
  const surge = resolveShare(rollingUpdate?.maxSurge ?? DEFAULT_SURGE, replicas, 'up');
  return {
    template: spec?.template ?? {},
    replicas,
    updateStrategy: type,
    surge: type === 'RollingUpdate' ? surge : 0,
  };
}

function daemonSetSpec({ spec, status }: Workload): WorkloadSpec {
  const replicas = status?.desiredNumberScheduled ?? 0;
  const { type = 'RollingUpdate', rollingUpdate } = spec?.updateStrategy ?? {};
  const surge = resolveShare(rollingUpdate?.maxSurge ?? 0, replicas, 'up');
  return {
    template: spec?.template ?? {},
    replicas,
    updateStrategy: type,
    surge: type === 'RollingUpdate' ? surge : 0,
  };
}

function rolloutSpec(
  rollout: Workload,
  deployments: ReadonlyMap<string, KubernetesObject>,
): WorkloadSpec {
  const { spec } = rollout;
  const replicas = spec?.replicas ?? 1;
  const referenced = deployments.get(referencedDeployment(rollout) ?? '');
  const { canary, blueGreen } = spec?.strategy ?? {};
  const isBlueGreen = blueGreen !== undefined;
  const surge = resolveShare(canary?.maxSurge ?? DEFAULT_SURGE, replicas, 'up');
  return {
    template: (referenced === undefined ? spec?.template : templateOf(referenced)) ?? {},
    replicas,
    updateStrategy: isBlueGreen ? 'BlueGreen' : 'Canary',
    // Blue-green runs the whole of the new beside the whole of the old.
    surge: isBlueGreen ? replicas : surge,
  };
}

function batchSpec({ kind, spec }: Workload): WorkloadSpec {
  const isCronJob = kind === 'CronJob';
  const template = isCronJob ? spec?.jobTemplate?.spec?.template : spec?.template;
  return {
    template: template ?? {},
    replicas: isCronJob ? 0 : (spec?.parallelism ?? 1),
    updateStrategy: 'None',
    surge: 0,
  };
}

/** StatefulSets, which never surge, and ReplicaSets that nothing controls, which never update. */
function plainSpec({ kind, spec }: Workload): WorkloadSpec {
  const isSet = kind === 'StatefulSet';
  return {
    template: spec?.template ?? {},
    replicas: spec?.replicas ?? 1,
    updateStrategy: isSet ? (spec?.updateStrategy?.type ?? 'RollingUpdate') : 'None',
    surge: 0,
  };
}

/** Of Deployments and of Argo Rollouts. */
const DEFAULT_SURGE = '25%';

function templateOf(workload: Workload): PodTemplateShape {
  return workload.spec?.template ?? {};
}

/** `Deployment shop/cart`, when an Argo Rollout takes its pods' template from a Deployment. */
export function referencedDeployment(rollout: KubernetesObject): string | undefined {
  const { spec } = rollout as Workload;
  const { kind, name } = spec?.workloadRef ?? {};
  if (kind !== 'Deployment' || name === undefined) return undefined;
  return formatRef({ ...refOf(rollout), kind, name });
}
