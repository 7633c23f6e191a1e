import type { PodFacts } from '../mesh/interpret-pods.ts';
import type { WorkloadRef } from '../mesh/observed-mesh.ts';
import type { PodCensus } from '../report.ts';
import { describeCount } from '../rollout/describe-count.ts';
import { countPod, type CountedPod, type PodTarget } from './census-pod.ts';

/** A workload of a wave as the cluster has it now. */
export interface CountedWorkload {
  readonly ref: WorkloadRef;
  /** Whether it is still there. */
  readonly isThere: boolean;
  readonly pods: readonly PodFacts[];
}

export interface WaveCensus {
  readonly pods: number;
  readonly census: PodCensus;
  /** Workloads that have pods, every one as the target wants it. */
  readonly onTarget: number;
  /** Workloads with pods that are not so, by uid, with the reason: the wave is not done. */
  readonly stragglers: Readonly<Record<string, string>>;
  /** Whether waiting may do for every straggler. */
  readonly mayPass: boolean;
  /**
   * Workloads that have no pods to show it, whose owner wants another proxy, or that failed within the
   * threshold, with the reason.
   */
  readonly exceptions: readonly string[];
  /** What could not be told of how many pods. */
  readonly remarks: readonly string[];
}

/** Most exceptions that one wave names. */
const MAX_NAMED = 20;

interface Judged {
  readonly uid: string;
  readonly kind: 'on-target' | 'straggler' | 'exception';
  /** Of a straggler or an exception. */
  readonly because: string;
  readonly mayPass: boolean;
}

/**
 * Counts, from the pods themselves, how much of a wave is on its target. `tolerated` failed within
 * the wave's threshold, by uid, with the reason: where they are not there they are exceptions.
 */
export function censusWave(
  workloads: readonly CountedWorkload[],
  target: PodTarget,
  tolerated: Readonly<Record<string, string>> = {},
): WaveCensus {
  const counted = workloads.map((workload) => ({
    workload,
    pods: workload.pods.map((facts) => ({ facts, ...countPod(facts, target) })),
  }));
  const judged = counted.map(({ workload, pods }): Judged => {
    const { uid } = workload.ref;
    return { uid, ...judgeWorkload(workload, pods, tolerated[uid]) };
  });
  const all = counted.flatMap(({ pods }) => pods);
  const stragglers = judged.filter(({ kind }) => kind === 'straggler');
  const exceptions = judged.filter(({ kind }) => kind === 'exception');
  return {
    pods: all.filter(isStaying).length,
    census: countPods(all, target),
    onTarget: workloads.length - stragglers.length - exceptions.length,
    stragglers: Object.fromEntries(stragglers.map(({ uid, because }) => [uid, because])),
    mayPass: stragglers.every(({ mayPass }) => mayPass),
    exceptions: exceptions.map(({ because }) => because),
    remarks: remarksOf(all),
  };
}

type Seen = CountedPod & { readonly facts: PodFacts };

function isStaying({ facts }: Seen): boolean {
  return !facts.terminating;
}

function judgeWorkload(
  { ref, isThere }: CountedWorkload,
  pods: readonly Seen[],
  tolerated: string | undefined,
): Omit<Judged, 'uid'> {
  const name = `${ref.namespace}/${ref.name}`;
  const off = pods.flatMap(({ facts, problem }) =>
    problem === undefined ? [] : [{ name: facts.name, ...problem }],
  );
  const [first] = off;
  const mayPass = off.every(({ kind }) => kind === 'passes');
  if (first !== undefined) {
    if (tolerated !== undefined) {
      return { kind: 'exception', because: `${ref.kind} ${tolerated}`, mayPass };
    }
    const all = describeCount(pods.length, 'pod');
    const because = `${name}: ${off.length} of ${all}: ${first.name} ${first.because}`;
    return off.every(({ kind }) => kind === 'declared')
      ? { kind: 'exception', because: `${ref.kind} ${because}`, mayPass }
      : { kind: 'straggler', because, mayPass };
  }
  if (pods.some(isStaying)) return { kind: 'on-target', because: '', mayPass };
  if (tolerated !== undefined) {
    return { kind: 'exception', because: `${ref.kind} ${tolerated}`, mayPass };
  }
  const why = isThere
    ? 'it has no pods now; the next ones will get the new proxy'
    : 'it was deleted meanwhile';
  return { kind: 'exception', because: `${ref.kind} ${name}: ${why}`, mayPass };
}

/** Counts pods one fact after the other, each among those that have the one before. */
function countPods(
  pods: readonly Seen[],
  { connectionOf }: Pick<PodTarget, 'connectionOf'>,
): PodCensus {
  const onTarget = pods.filter((pod) => isStaying(pod) && pod.isOnTarget);
  const ready = onTarget.filter(({ isReady }) => isReady);
  const counts = { onTarget: onTarget.length, ready: ready.length };
  if (connectionOf === undefined) return counts;
  const are = (...kinds: readonly CountedPod['connection'][]): number =>
    ready.filter(({ connection }) => kinds.includes(connection)).length;
  const [connected, synced, unknown] = [are('synced', 'behind'), are('synced'), are('unknown')];
  return { ...counts, connected, synced, ...(unknown === 0 ? {} : { unknown }) };
}

/** Pods of which the same could not be told are one remark. */
function remarksOf(pods: readonly Seen[]): readonly string[] {
  const remarks = pods.flatMap(({ remark }) => (remark === undefined ? [] : [remark]));
  return [...Map.groupBy(remarks, (remark) => remark)].map(
    ([remark, same]) => `not known of ${describeCount(same.length, 'pod')}: ${remark}`,
  );
}

/** Pods counted without their workloads. */
export interface PodsCensus {
  readonly pods: number;
  readonly census: PodCensus;
  /** Pods that are not as the target wants them, and not because their owner wants it so. */
  readonly problems: readonly string[];
  readonly mayPass: boolean;
  readonly remarks: readonly string[];
}

export function censusPods(pods: readonly PodFacts[], target: PodTarget): PodsCensus {
  const all = pods.map((facts) => ({ facts, ...countPod(facts, target) }));
  const off = all.flatMap(({ facts, problem }) =>
    problem === undefined || problem.kind === 'declared'
      ? []
      : [{ ...problem, name: `${facts.namespace}/${facts.name}` }],
  );
  return {
    pods: all.filter(isStaying).length,
    census: countPods(all, target),
    problems: off.map(({ name, because }) => `${name} ${because}`),
    mayPass: off.every(({ kind }) => kind === 'passes'),
    remarks: remarksOf(all),
  };
}

/** Names some workloads and counts the rest, which are `elsewhere`: they travel through histories. */
export function nameSomeWorkloads(names: readonly string[], elsewhere: string): readonly string[] {
  const rest = names.length - MAX_NAMED;
  if (rest <= 0) return names;
  return [...names.slice(0, MAX_NAMED), `${describeCount(rest, 'further workload')}: ${elsewhere}`];
}
