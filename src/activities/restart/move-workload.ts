import { KubernetesError } from '../../clients/kubernetes-error.ts';
import type { KubernetesClient } from '../../clients/kubernetes.ts';
import type { PodFacts } from '../../domain/mesh/interpret-pods.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { nextEvictions } from '../../domain/restart/next-evictions.ts';
import { holds } from '../../domain/journal/keyed-values.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import { templateLabels } from '../changes/patch-paths.ts';
import { performChange, performTemplateLabels, setMark } from '../changes/perform-change.ts';
import { LEFT, type Asked } from './asked.ts';
import { hasLeft } from './has-left.ts';
import { recreatePod, type PodKeeper } from './recreate-pod.ts';
import { carriesLabels, type RestartChange, type WaveEntry } from './wave-entries.ts';

/** What moving one workload needs beside it. */
export interface MoveContext {
  readonly isOnTarget: (pod: PodFacts) => boolean;
  readonly asked: Asked;
  readonly keeper: PodKeeper;
}

/** Begins the move of a workload, or goes on with one that moves pod by pod. Safe to repeat. */
export async function moveWorkload(
  kubernetes: KubernetesClient,
  entry: WaveEntry,
  context: MoveContext,
): Promise<void> {
  const { change } = entry;
  switch (change.kind) {
    case 'restart':
      if (entry.method === 'template') return restartByTemplate(kubernetes, entry, change);
      if (!hasNewTemplate(entry, change)) return performTemplateLabels(kubernetes, change);
      return evictNext(kubernetes, entry, context);
    case 'inject':
      return moveByInjection(kubernetes, entry, { ...context, change });
    case 'restart-at':
      return performChange(kubernetes, change);
    case 'recreate':
      return recreateOwn(kubernetes, entry, context);
    default:
      return assertNever(change);
  }
}

/** A watch may show the pod a moment longer than it is there. */
async function recreateOwn(
  kubernetes: KubernetesClient,
  { change: { ref, uid }, pods: [pod] }: WaveEntry,
  { isOnTarget, asked, keeper }: MoveContext,
): Promise<void> {
  const isLetGo = await recreatePod(kubernetes, keeper, { ref, uid, pod, isOnTarget });
  if (isLetGo && pod !== undefined) asked.set(pod.uid, Date.now());
}

/** Its new template first; where that replaces no pod by itself, its pods are evicted after it. */
async function moveByInjection(
  kubernetes: KubernetesClient,
  entry: WaveEntry,
  context: MoveContext & { readonly change: Extract<RestartChange, { kind: 'inject' }> },
): Promise<void> {
  const { carries, method, live } = entry;
  if (carries === 'prior') return performChange(kubernetes, context.change);
  if (carries !== 'applied' || method !== 'evict' || !isObserved(live)) return;
  return evictNext(kubernetes, entry, context);
}

/** Whether a pod that comes instead of an evicted one is made with the labels that the move brings. */
function hasNewTemplate(
  { live }: WaveEntry,
  change: Extract<RestartChange, { kind: 'restart' }>,
): boolean {
  if (change.labels === undefined || live === undefined) return true;
  return carriesLabels(live, change) && isObserved(live);
}

/** Whether its controller has seen its template. */
function isObserved(live: KubernetesObject | undefined): boolean {
  const { observedGeneration = 0 } =
    (live as (KubernetesObject & WithGeneration) | undefined)?.status ?? {};
  return observedGeneration >= (live?.metadata.generation ?? 0);
}

interface WithGeneration {
  readonly status?: { readonly observedGeneration?: number };
}

/**
 * Marks a workload's pod template. One request where the workload is still as it was seen; where it
 * changed meanwhile (409), it is read and judged anew.
 */
async function restartByTemplate(
  kubernetes: KubernetesClient,
  { live, carries }: WaveEntry,
  change: Extract<RestartChange, { kind: 'restart' }>,
): Promise<void> {
  const { labels, applied, prior } = change;
  if (live === undefined || carries !== prior) return performChange(kubernetes, change);
  if (labels !== undefined && !holds(templateLabels(live), labels.prior)) {
    return performChange(kubernetes, change);
  }
  const { resourceVersion } = live.metadata;
  try {
    await setMark(
      kubernetes,
      live,
      { place: change, value: applied },
      {
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
        ...(labels === undefined ? {} : { labels: labels.applied }),
      },
    );
  } catch (error) {
    if (!(error instanceof KubernetesError) || (error.code !== 409 && error.code !== 404)) {
      throw error;
    }
    await performChange(kubernetes, change);
  }
}

/**
 * Asks the next pods of a workload to leave, until a budget refuses one (429). The uid keeps a pod
 * that was made meanwhile under the same name. A pod counts as asked from before the request on: its
 * answer may be lost.
 */
async function evictNext(
  kubernetes: KubernetesClient,
  { pods, limits, budgets }: WaveEntry,
  { isOnTarget, asked }: MoveContext,
): Promise<void> {
  const next = nextEvictions({ pods, limits, hasBudget: budgets.length > 0, isOnTarget });
  for (const pod of next) {
    if (asked.has(pod.uid) && (await hasLeft(kubernetes, pod))) {
      asked.set(pod.uid, LEFT);
      continue;
    }
    asked.set(pod.uid, Date.now());
    if (await evict(kubernetes, pod)) continue;
    asked.delete(pod.uid);
    return;
  }
}

async function evict(kubernetes: KubernetesClient, pod: PodFacts): Promise<boolean> {
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace, name: pod.name };
  try {
    await kubernetes.evict(ref, { uid: pod.uid });
    return true;
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    // Another pod by that name (409): the one that was meant has left.
    if (error.code === 409) return true;
    if (error.code === 429) return false;
    throw error;
  }
}
