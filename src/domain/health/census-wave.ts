import type { PodFacts } from '../mesh/interpret-pods.ts';
import type { WorkloadRef } from '../mesh/observed-mesh.ts';
import { describeCount } from '../rollout/describe-count.ts';

/** A workload of a wave as the cluster has it now. */
export interface CountedWorkload {
  readonly ref: WorkloadRef;
  /** Whether it is still there. */
  readonly isThere: boolean;
  readonly pods: readonly PodFacts[];
}

export interface WaveCensus {
  readonly pods: number;
  /** Workloads that have pods, every one ready and with the target's proxy. */
  readonly onTarget: number;
  /** Workloads with pods that are not so: the wave is not done. */
  readonly stragglers: readonly string[];
  /** Workloads that have no pods to show it, or that failed within the threshold, with the reason. */
  readonly exceptions: readonly string[];
}

/** Most exceptions that one wave names; they travel through histories. */
const MAX_NAMED = 20;

/**
 * Counts, from the pods themselves, how much of a wave is on its target. `tolerated` failed within
 * the wave's threshold, by uid, with the reason: where they are not there they are exceptions.
 */
export function censusWave(
  workloads: readonly CountedWorkload[],
  isOnTarget: (pod: PodFacts) => boolean,
  tolerated: Readonly<Record<string, string>> = {},
): WaveCensus {
  const stragglers: string[] = [];
  const exceptions: string[] = [];
  for (const { ref, isThere, pods } of workloads) {
    const off = pods.filter((pod) => !isOnTarget(pod) || !pod.ready);
    const reason = tolerated[ref.uid];
    if (off.length > 0 && reason !== undefined) {
      exceptions.push(`${ref.kind} ${reason}`);
    } else if (off.length > 0) {
      const all = describeCount(pods.length, 'pod');
      stragglers.push(`${ref.namespace}/${ref.name}: ${off.length} of ${all}`);
    } else if (pods.length === 0) {
      const why = isThere
        ? 'it has no pods now; the next ones will get the new proxy'
        : 'it was deleted meanwhile';
      exceptions.push(`${ref.kind} ${ref.namespace}/${ref.name}: ${why}`);
    }
  }
  return {
    pods: workloads.reduce((sum, { pods }) => sum + pods.length, 0),
    onTarget: workloads.length - stragglers.length - exceptions.length,
    stragglers,
    exceptions: shorten(exceptions),
  };
}

function shorten(names: readonly string[]): readonly string[] {
  const rest = names.length - MAX_NAMED;
  return rest > 0 ? [...names.slice(0, MAX_NAMED), describeCount(rest, 'further workload')] : names;
}
