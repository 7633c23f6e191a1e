import { KubernetesError } from '../../clients/kubernetes-error.ts';
import type { KubernetesClient } from '../../clients/kubernetes.ts';
import type { KubernetesObject, ObjectRef } from '../../domain/kubernetes-object.ts';
import type { PodFacts } from '../../domain/mesh/interpret-pods.ts';
import { recreateManifest } from '../../domain/restart/recreate-manifest.ts';
import { ActivityError } from '../errors.ts';
import { RecordError, type RunRecord } from '../record/run-record.ts';

/** What the record keeps of a pod that is evicted and made again, written before it is evicted. */
export interface KeptPod {
  /** `leaving`: from the eviction on until it is there again; only then it may be missing. */
  readonly state: 'leaving' | 'made';
  readonly manifest: KubernetesObject;
}

/** Keeps the pods of a step; by the uid that each had when it was planned. */
export interface PodKeeper {
  get(uid: string): Promise<KeptPod | undefined>;
  put(uid: string, kept: KeptPod): Promise<void>;
}

/**
 * The keeper in a run's record: a part for each pod, so that one is written without the others. It reads
 * each part once: a wave looks at every change of the cluster, and nobody else writes them meanwhile.
 */
export function keepPods(record: RunRecord, step: string): PodKeeper {
  const partOf = (uid: string): string => `step-${step}-pod-${uid}`;
  const seen = new Map<string, KeptPod | undefined>();
  return {
    get: async (uid) => {
      if (!seen.has(uid)) seen.set(uid, toKept(await record.get(partOf(uid)), partOf(uid)));
      return seen.get(uid);
    },
    put: async (uid, kept) => {
      await record.put(partOf(uid), kept);
      seen.set(uid, kept);
    },
  };
}

function toKept(found: unknown, part: string): KeptPod | undefined {
  if (found === undefined) return undefined;
  if (typeof found !== 'object' || found === null || !('manifest' in found)) {
    throw new RecordError(`${part}: expected the manifest of a pod, found none`);
  }
  return found as KeptPod;
}

export interface Recreation {
  readonly ref: ObjectRef;
  /** The uid by which it is kept. */
  readonly uid: string;
  /** The pod by that name now, when there is one. */
  readonly pod: PodFacts | undefined;
  /** Whether it has the proxy that it is to have. */
  readonly isOnTarget: (pod: PodFacts) => boolean;
}

/**
 * One step on the way of a pod that nobody would bring back: evicts the old one, as its budgets allow,
 * once its manifest is kept; makes it again once the old one is gone. A crash in between loses nothing,
 * as what is missing is made again from the record. Waits for nothing; whether the pod was let go.
 */
export async function recreatePod(
  kubernetes: KubernetesClient,
  keeper: PodKeeper,
  { ref, uid, pod, isOnTarget }: Recreation,
): Promise<boolean> {
  if (pod?.terminating === true) return false;
  const kept = await keeper.get(uid);
  if (pod === undefined) {
    if (kept?.state === 'leaving') await makeAgain(kubernetes, keeper, { uid, kept });
    return false;
  }
  if (isOnTarget(pod)) {
    // Made again by an attempt that ended before it could say so.
    if (kept?.state === 'leaving') await keeper.put(uid, { ...kept, state: 'made' });
    return false;
  }
  const manifest = kept?.manifest ?? (await manifestOf(kubernetes, ref, pod));
  if (manifest === undefined) return false;
  await keeper.put(uid, { state: 'leaving', manifest });
  return letGo(kubernetes, ref, pod);
}

async function manifestOf(
  kubernetes: KubernetesClient,
  ref: ObjectRef,
  { uid }: PodFacts,
): Promise<KubernetesObject | undefined> {
  const live = await kubernetes.get(ref);
  // Gone, or somebody else's by now: the next look shows it.
  if (live?.metadata.uid !== uid) return undefined;
  const found = recreateManifest(live);
  if (found.kind === 'manifest') return found.manifest;
  throw new ActivityError(
    'ForeignChange',
    `Pod ${ref.namespace ?? ''}/${ref.name}: expected a pod that can be made again, as planned, found that ${found.because}. Make a new plan`,
  );
}

/** A budget that lets nobody go (429) is asked again at the next look; another pod by that name (409) is not ours. */
async function letGo(
  kubernetes: KubernetesClient,
  ref: ObjectRef,
  pod: PodFacts,
): Promise<boolean> {
  try {
    await kubernetes.evict(ref, { uid: pod.uid });
    return true;
  } catch (error) {
    const mayPass = error instanceof KubernetesError && [409, 429].includes(error.code);
    if (!mayPass) throw error;
    return false;
  }
}

async function makeAgain(
  kubernetes: KubernetesClient,
  keeper: PodKeeper,
  { uid, kept }: { readonly uid: string; readonly kept: KeptPod },
): Promise<void> {
  try {
    await kubernetes.create(kept.manifest);
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.reason !== 'AlreadyExists') throw error;
  }
  await keeper.put(uid, { ...kept, state: 'made' });
}
