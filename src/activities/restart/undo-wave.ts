import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { KubernetesError } from '../../clients/kubernetes-error.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { PodFacts } from '../../domain/mesh/interpret-pods.ts';
import type { WorkloadRef } from '../../domain/mesh/observed-mesh.ts';
import { assessSettled } from '../../domain/health/assess-settled.ts';
import { listNames } from '../../domain/health/assess-workloads.ts';
import { proxyIn } from '../../domain/inventory/pod-spec.ts';
import { REVISION_ANNOTATION } from '../../domain/mesh/istio-labels.ts';
import type { NewProxy } from '../../domain/planning/wave-target.ts';
import { readTemplate } from '../../domain/restart/manual/pod-template.ts';
import { explainStall } from '../../domain/restart/explain-stall.ts';
import { nextEvictions } from '../../domain/restart/next-evictions.ts';
import { rolloutLimits } from '../../domain/restart/rollout-limits.ts';
import { describeCount } from '../../domain/rollout/describe-count.ts';
import { ActivityError } from '../errors.ts';
import type { Heart } from '../heartbeat.ts';
import { LEFT, withAsked, type Asked } from './asked.ts';
import { seeWave, type WaveState } from './read-wave.ts';
import type { PodKeeper } from './recreate-pod.ts';
import { refusalOf } from './refusal.ts';
import { createStandstill } from './standstill.ts';
import { hasLeft } from './has-left.ts';
import { missingPods, takePodsBack } from './undo-pods.ts';
import { createWake } from './wake.ts';
import { openWaveView } from './wave-view.ts';

/** A change of the cluster ends the wait; this bounds it, for the deadline. */
const LOOK_EVERY_MS = 1000;
/** An undo is not broken off: what ends it early is the end of its worker. */
const NEVER = new AbortController().signal;

/**
 * After selectors and templates are back: removes the pods that still carry the new proxy and waits
 * until every workload of the wave is whole again. `Unhealthy` when it is not by the deadline, with
 * what keeps each of them back.
 */
export async function settleWave(
  access: ClusterAccess,
  workloads: readonly WorkloadRef[],
  newProxy: NewProxy,
  { deadlineSeconds, keeper }: { readonly deadlineSeconds: number; readonly keeper: PodKeeper },
  heart: Heart,
): Promise<void> {
  let deadline = Date.now() + deadlineSeconds * 1000;
  let fewest = workloads.length;
  const remover: Remover = {
    access,
    newProxy,
    asked: new Map(),
    refused: new Map(),
    removed: new Map(),
  };
  const wake = createWake(NEVER);
  const standstill = createStandstill();
  const namespaces = [...new Set(workloads.map(({ namespace }) => namespace))];
  const view = await openWaveView(access.worker, { namespaces, workloads }, () => wake.now());
  try {
    for (;;) {
      const sight = view.look();
      const pods = withAsked(sight.pods, remover.asked, Date.now());
      const live = seeWave(workloads, { ...sight, pods });
      const missing = await missingPods(workloads, live, keeper);
      const open = workloads.flatMap((workload) => {
        const why = unsettled(workload, live, remover, missing);
        return why === undefined ? [] : [{ workload, why, certainAt: view.certainAt(workload) }];
      });
      heart.beat({ done: workloads.length - open.length, total: workloads.length });
      if (open.length === 0) return;
      // Many workloads take as long as they take, as long as one after the other comes back.
      if (open.length < fewest) deadline = Date.now() + deadlineSeconds * 1000;
      fewest = Math.min(fewest, open.length);
      if (open.every(({ certainAt }) => certainAt > deadline)) {
        throw notBack(
          open.map(({ why }) => why),
          workloads.length,
          deadlineSeconds,
        );
      }
      const now = Date.now();
      const parts = open.map(({ workload: { uid }, why: howFar, certainAt }) => {
        return [uid, { howFar, certainAt }] as const;
      });
      const still = new Set(standstill.ofAll(new Map(parts), { now, missed: view.missed() }));
      view.confirm(
        open.map(({ workload }) => workload).filter(({ uid }) => now > deadline || still.has(uid)),
      );
      await removeNewProxies(workloads, live, remover);
      await takePodsBack(access.worker, workloads, live, {
        keeper,
        newProxy,
        refused: remover.refused,
      });
      await wake.wait(LOOK_EVERY_MS);
    }
  } finally {
    view.close();
  }
}

/** What removes pods, and what it met. */
interface Remover {
  readonly access: ClusterAccess;
  readonly newProxy: NewProxy;
  readonly asked: Asked;
  /** What a budget did not let go at the last try, by the workload's uid. */
  readonly refused: Map<string, string>;
  /** How many pods of a workload were asked to leave, by its uid. */
  readonly removed: Map<string, number>;
}

/** A pod template that has the new proxy in it: where no webhook looks, every pod of it is new. */
function whyNew(workload: KubernetesObject, newProxy: NewProxy): string | undefined {
  const template = readTemplate(workload);
  const proxy = template === undefined ? undefined : proxyIn(template.spec);
  if (proxy === undefined) return undefined;
  const revision = template?.metadata?.annotations?.[REVISION_ANNOTATION];
  return newProxy.isOn({ ...(revision === undefined ? {} : { revision }), ...imageOf(proxy) })
    ? `its pod template has the proxy of ${newProxy.name} in it and is not as this run wrote it: put its former one back`
    : undefined;
}

function imageOf({ image }: { readonly image?: string }): { readonly proxyImage?: string } {
  return image === undefined ? {} : { proxyImage: image };
}

function notBack(open: readonly string[], workloads: number, seconds: number): ActivityError {
  return new ActivityError(
    'Unhealthy',
    `not back after ${seconds} s: ${open.length} of ${describeCount(workloads, 'workload')}: ${listNames(open)}`,
    [open],
  );
}

function unsettled(
  { kind, namespace, name, uid }: WorkloadRef,
  live: WaveState,
  { newProxy, refused }: Remover,
  missing: ReadonlySet<string>,
): string | undefined {
  const against = refused.get(uid);
  if (missing.has(uid)) {
    const because = against === undefined ? '' : `; ${against}`;
    return `${namespace}/${name}: it is gone, and the run's record keeps its manifest${because}`;
  }
  const workload = live.workloads.get(uid);
  const pods = live.pods.get(uid) ?? [];
  const state = assessSettled({ kind, workload, pods, newProxy });
  if (state === undefined || workload === undefined) return undefined;
  const back = pods.filter((pod) => !newProxy.isOn(pod));
  const why = whyNew(workload, newProxy) ?? against ?? explainStall(workload, back);
  return `${namespace}/${name}: ${state}${why === undefined ? '' : `; ${why}`}`;
}

/**
 * A Deployment replaces its pods by itself once its template is back. A StatefulSet or DaemonSet
 * waits for a broken pod to become ready, which it never will; and a pod that was evicted, or
 * recreated on its own, while the selectors had moved has the old template and the new proxy. As on
 * the way forward, ready pods leave only while the others of their workload are there.
 */
async function removeNewProxies(
  workloads: readonly WorkloadRef[],
  live: WaveState,
  remover: Remover,
): Promise<void> {
  const isBack = (pod: PodFacts): boolean => !remover.newProxy.isOn(pod);
  for (const ref of workloads) {
    if (ref.kind === 'Pod') continue;
    const workload = live.workloads.get(ref.uid);
    const pods = live.pods.get(ref.uid) ?? [];
    const newer = pods.filter((pod) => !isBack(pod) && !pod.terminating);
    if (workload === undefined || newer.length === 0 || isReplacing(ref, workload, newer)) continue;
    const limits = rolloutLimits(ref.kind, workload);
    // What comes has the new proxy again: it was put into the template by somebody, since this run.
    const isVain = (remover.removed.get(ref.uid) ?? 0) >= Math.max(1, limits.desired);
    if (isVain && whyNew(workload, remover.newProxy) !== undefined) continue;
    const next = nextEvictions({
      pods,
      limits,
      // Unknown here: the eviction itself asks the budgets, and one that refuses ends it for now.
      hasBudget: false,
      isOnTarget: isBack,
    });
    for (const pod of next) await removePod(pod, ref, remover);
    remover.removed.set(ref.uid, (remover.removed.get(ref.uid) ?? 0) + next.length);
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
async function removePod(
  pod: PodFacts,
  { uid }: WorkloadRef,
  { access: { worker }, asked, refused }: Remover,
): Promise<void> {
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace, name: pod.name };
  if (asked.has(pod.uid) && (await hasLeft(worker, pod))) {
    asked.set(pod.uid, LEFT);
    return;
  }
  // From before the request on: its answer may be lost.
  asked.set(pod.uid, Date.now());
  try {
    if (pod.ready) await worker.evict(ref, { uid: pod.uid });
    else await worker.delete(ref, { uid: pod.uid, resourceVersion: pod.resourceVersion });
    refused.delete(uid);
  } catch (error) {
    // A budget that allows nothing now (429), or a pod that changed since the look (409): next look.
    const against = whyNotNow(error, pod) ?? refusalOf(error);
    if (against === undefined && !(error instanceof KubernetesError && error.code === 409)) {
      throw error;
    }
    asked.delete(pod.uid);
    if (against !== undefined) refused.set(uid, against);
  }
}

function whyNotNow(error: unknown, { name }: PodFacts): string | undefined {
  const isBudget = error instanceof KubernetesError && error.code === 429;
  return isBudget ? `a budget does not let pod ${name} go` : undefined;
}
