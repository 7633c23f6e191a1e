import type { KubernetesObject } from '../kubernetes-object.ts';
import type { PodFacts } from '../mesh/interpret-pods.ts';
import { describeCount } from '../rollout/describe-count.ts';
import type { RestartMethod } from './choose-method.ts';
import { explainSickness, explainStall } from './explain-stall.ts';
import type { RolloutLimits } from './rollout-limits.ts';

/** How far the move of one workload's pods has come. */
export type RolloutState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'moving'; readonly message: string }
  | { readonly kind: 'done'; readonly pods: number }
  | { readonly kind: 'failed'; readonly message: string };

export interface MoveFacts {
  /** The live workload; absent when it was deleted meanwhile. */
  readonly workload: KubernetesObject | undefined;
  readonly limits: RolloutLimits;
  /** Its pods, finished ones left out. */
  readonly pods: readonly PodFacts[];
  /** Whether a pod has the proxy that it is to have. */
  readonly isOnTarget: (pod: PodFacts) => boolean;
  readonly method: RestartMethod['kind'];
  /** Its restart has begun: its template carries the token, or its first pod was asked to leave. */
  readonly begun: boolean;
}

interface StatusShape {
  readonly status?: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
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

/**
 * Judges one workload by its pods and, where its template is rolled out, by its controller's status.
 * What needs no restart any more, since every pod has the proxy already, is not begun at all.
 */
export function assessMove(facts: MoveFacts): RolloutState {
  const { workload, pods, isOnTarget, begun } = facts;
  if (workload === undefined) {
    return begun && facts.method === 'recreate'
      ? { kind: 'moving', message: 'it has left and is yet to be made again' }
      : { kind: 'done', pods: 0 };
  }
  const current = pods.filter(({ terminating }) => !terminating);
  const old = current.filter((pod) => !isOnTarget(pod));
  if (!begun && old.length > 0) return { kind: 'waiting' };

  const fresh = current.filter(isOnTarget);
  const sick = explainSickness(fresh);
  if (sick !== undefined) return { kind: 'failed', message: sick };
  const why = explainStall(workload, fresh);
  const byTemplate = facts.method === 'template';
  const stop = begun && byTemplate ? stalled(workload) : undefined;
  if (stop !== undefined) return { kind: 'failed', message: because(stop, why) };
  const missing =
    (byTemplate ? unfinishedRollout(workload, facts.limits) : undefined) ??
    unfinishedPods(facts, current, old);
  if (missing === undefined) return { kind: 'done', pods: current.length };
  return { kind: 'moving', message: because(missing, why) };
}

function because(what: string, why: string | undefined): string {
  return why === undefined ? what : `${what}; ${why}`;
}

function unfinishedRollout(
  workload: KubernetesObject,
  { desired }: RolloutLimits,
): string | undefined {
  const { status } = workload as KubernetesObject & StatusShape;
  if ((status?.observedGeneration ?? 0) < (workload.metadata.generation ?? 0)) {
    return 'its controller has not seen the change yet';
  }
  const updated = status?.updatedReplicas ?? status?.updatedNumberScheduled ?? 0;
  const available = status?.availableReplicas ?? status?.numberAvailable ?? 0;
  return updated < desired || available < desired
    ? `${updated} of ${describeCount(desired, 'pod')} new, ${available} available`
    : undefined;
}

function unfinishedPods(
  { pods, limits }: MoveFacts,
  current: readonly PodFacts[],
  old: readonly PodFacts[],
): string | undefined {
  const unready = current.filter(({ ready }) => !ready).length;
  const leaving = pods.length - current.length;
  return old.length + unready + leaving > 0 || current.length < limits.desired
    ? `${describeCount(old.length, 'old pod')}, ${unready} not ready, ${leaving} leaving`
    : undefined;
}

/** What its controller says of an earlier template says nothing of this one. */
function stalled(workload: KubernetesObject): string | undefined {
  const { status } = workload as KubernetesObject & StatusShape;
  if ((status?.observedGeneration ?? 0) < (workload.metadata.generation ?? 0)) return undefined;
  const progressing = status?.conditions?.find(({ type }) => type === 'Progressing');
  return progressing?.reason === 'ProgressDeadlineExceeded'
    ? `its rollout stopped making progress: ${progressing.message ?? progressing.reason}`
    : undefined;
}
