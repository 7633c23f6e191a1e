import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { KubernetesError } from '../../clients/kubernetes-error.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { PodFacts } from '../../domain/mesh/interpret-pods.ts';
import type { WorkloadRef } from '../../domain/mesh/observed-mesh.ts';
import { assessSettled } from '../../domain/health/assess-settled.ts';
import { listNames } from '../../domain/health/assess-workloads.ts';
import { nextEvictions } from '../../domain/restart/next-evictions.ts';
import { rolloutLimits } from '../../domain/restart/rollout-limits.ts';
import { describeCount } from '../../domain/rollout/describe-count.ts';
import { ActivityError } from '../errors.ts';
import type { Heart } from '../heartbeat.ts';
import { readWave, type WaveState } from './read-wave.ts';
import type { PodKeeper } from './recreate-pod.ts';
import { missingPods, takePodsBack } from './undo-pods.ts';

const LOOK_EVERY_MS = 1000;

/**
 * After selectors and templates are back: removes the pods that still carry the new proxy and waits
 * until every workload of the wave is whole again. `Unhealthy` when it is not by the deadline.
 */
export async function settleWave(
  access: ClusterAccess,
  workloads: readonly WorkloadRef[],
  newRevision: string,
  { deadlineSeconds, keeper }: { readonly deadlineSeconds: number; readonly keeper: PodKeeper },
  heart: Heart,
): Promise<void> {
  const deadline = Date.now() + deadlineSeconds * 1000;
  for (;;) {
    const live = await readWave(access.worker, workloads);
    const missing = await missingPods(workloads, live, keeper);
    const open = workloads.flatMap((workload) =>
      unsettled(workload, live, { newRevision, missing }),
    );
    heart.beat({ done: workloads.length - open.length, total: workloads.length });
    if (open.length === 0) return;
    if (Date.now() > deadline) {
      throw new ActivityError(
        'Unhealthy',
        `not back after ${deadlineSeconds} s: ${open.length} of ${describeCount(workloads.length, 'workload')}: ${listNames(open)}`,
      );
    }
    await removeNewProxies(access, workloads, live, newRevision);
    await takePodsBack(access.worker, workloads, live, { keeper, newRevision });
    await delay(LOOK_EVERY_MS);
  }
}

function unsettled(
  workload: WorkloadRef,
  live: WaveState,
  { newRevision, missing }: { readonly newRevision: string; readonly missing: ReadonlySet<string> },
): readonly string[] {
  if (missing.has(workload.uid)) return [`${workload.namespace}/${workload.name}: it is gone`];
  const state = assessSettled({
    kind: workload.kind,
    workload: live.workloads.get(workload.uid),
    pods: live.pods.get(workload.uid) ?? [],
    newRevision,
  });
  return state === undefined ? [] : [`${workload.namespace}/${workload.name}: ${state}`];
}

/**
 * A Deployment replaces its pods by itself once its template is back. A StatefulSet or DaemonSet
 * waits for a broken pod to become ready, which it never will; and a pod that was evicted, or
 * recreated on its own, while the selectors had moved has the old template and the new proxy. As on
 * the way forward, ready pods leave only while the others of their workload are there.
 */
async function removeNewProxies(
  access: ClusterAccess,
  workloads: readonly WorkloadRef[],
  live: WaveState,
  newRevision: string,
): Promise<void> {
  for (const ref of workloads) {
    if (ref.kind === 'Pod') continue;
    const workload = live.workloads.get(ref.uid);
    const pods = live.pods.get(ref.uid) ?? [];
    const newer = pods.filter(
      ({ revision, terminating }) => revision === newRevision && !terminating,
    );
    if (workload === undefined || newer.length === 0 || isReplacing(ref, workload, newer)) continue;
    const next = nextEvictions({
      pods,
      limits: rolloutLimits(ref.kind, workload),
      // Unknown here: the eviction itself asks the budgets, and one that refuses ends it for now.
      hasBudget: false,
      isOnTarget: ({ revision }) => revision !== newRevision,
    });
    for (const pod of next) await removePod(access, pod);
  }
}

/** A Deployment that still has pods of another template to roll out does the work by itself. */
function isReplacing(
  { kind }: WorkloadRef,
  workload: KubernetesObject,
  pods: readonly PodFacts[],
): boolean {
  if (kind !== 'Deployment') return false;
  const status = workload['status'] as
    | {
        readonly observedGeneration?: number;
        readonly updatedReplicas?: number;
        readonly replicas?: number;
      }
    | undefined;
  const observed = (status?.observedGeneration ?? 0) >= (workload.metadata.generation ?? 0);
  const outdated = (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0);
  return !observed || outdated >= pods.length;
}

/** Ready pods leave by eviction, so that budgets hold. One that is not ready serves nobody. */
async function removePod({ worker }: ClusterAccess, pod: PodFacts): Promise<void> {
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace, name: pod.name };
  try {
    if (pod.ready) await worker.evict(ref, { uid: pod.uid });
    else await worker.delete(ref, { uid: pod.uid, resourceVersion: pod.resourceVersion });
  } catch (error) {
    // A budget that allows nothing now (429), or a pod that changed since the look (409): next look.
    if (error instanceof KubernetesError && (error.code === 429 || error.code === 409)) return;
    throw error;
  }
}
