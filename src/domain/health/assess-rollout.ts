import type { KubernetesObject } from '../kubernetes-object.ts';
import type { PodFacts } from '../mesh/interpret-pods.ts';
import type { RestartableKind } from '../mesh/observed-mesh.ts';
import { describeCount } from '../rollout/describe-count.ts';

/** How far one workload's restart has come. */
export type RolloutState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'moving'; readonly message: string }
  | { readonly kind: 'done'; readonly pods: number }
  | { readonly kind: 'failed'; readonly message: string };

export interface RolloutFacts {
  readonly kind: RestartableKind;
  /** The live workload; absent when it was deleted meanwhile. */
  readonly workload: KubernetesObject | undefined;
  /** Its pods, finished ones left out. */
  readonly pods: readonly PodFacts[];
  /** The restart token that its pod template must carry. */
  readonly token: string;
  /** The token that it carries. */
  readonly carries: string | null;
  /** Revision that must have injected every pod; absent where pods may run without a proxy. */
  readonly revision?: string;
}

interface WorkloadShape {
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly readyReplicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberAvailable?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** Judges one workload by its controller's status and, above all, by its pods. */
export function assessRollout(facts: RolloutFacts): RolloutState {
  const { workload, token, carries } = facts;
  if (workload === undefined) return { kind: 'done', pods: 0 };
  if (carries !== token) return { kind: 'waiting' };

  const current = facts.pods.filter(({ terminating }) => !terminating);
  const failure = sickPod(current, facts.revision) ?? stalled(workload);
  if (failure !== undefined) return { kind: 'failed', message: failure };

  const counts = countsOf(facts.kind, workload);
  const observed = counts.observedGeneration >= (workload.metadata.generation ?? 0);
  const old =
    facts.revision === undefined
      ? []
      : current.filter(({ revision }) => revision !== facts.revision);
  const unready = current.filter(({ ready }) => !ready);
  const leaving = facts.pods.length - current.length;
  if (!observed) return { kind: 'moving', message: 'its controller has not seen the change yet' };
  if (counts.updated < counts.desired || counts.available < counts.desired) {
    return {
      kind: 'moving',
      message: `${counts.updated} of ${describeCount(counts.desired, 'pod')} new, ${counts.available} available`,
    };
  }
  if (old.length + unready.length + leaving > 0 || current.length < counts.desired) {
    return {
      kind: 'moving',
      message: `${describeCount(old.length, 'old pod')}, ${unready.length} not ready, ${leaving} leaving`,
    };
  }
  return { kind: 'done', pods: current.length };
}

function sickPod(pods: readonly PodFacts[], revision: string | undefined): string | undefined {
  const sick = pods.find(
    (pod) => pod.trouble !== undefined && (revision === undefined || pod.revision === revision),
  );
  if (sick === undefined) return undefined;
  return `pod ${sick.name} is in ${sick.trouble ?? 'trouble'} with ${describeCount(sick.restarts, 'restart')} (proxy of ${sick.revision ?? 'no revision'})`;
}

function stalled(workload: KubernetesObject): string | undefined {
  const { status } = workload as KubernetesObject & WorkloadShape;
  const progressing = status?.conditions?.find(({ type }) => type === 'Progressing');
  return progressing?.reason === 'ProgressDeadlineExceeded'
    ? `its rollout stopped making progress: ${progressing.message ?? progressing.reason}`
    : undefined;
}

interface Counts {
  readonly observedGeneration: number;
  readonly desired: number;
  readonly updated: number;
  readonly available: number;
}

function countsOf(kind: RestartableKind, workload: KubernetesObject): Counts {
  const { spec, status } = workload as KubernetesObject & WorkloadShape;
  const observedGeneration = status?.observedGeneration ?? 0;
  if (kind === 'DaemonSet') {
    return {
      observedGeneration,
      desired: status?.desiredNumberScheduled ?? 0,
      updated: status?.updatedNumberScheduled ?? 0,
      available: status?.numberAvailable ?? 0,
    };
  }
  return {
    observedGeneration,
    desired: spec?.replicas ?? 1,
    updated: status?.updatedReplicas ?? 0,
    available: status?.availableReplicas ?? 0,
  };
}
