import type { ClusterAccess } from '../../clients/cluster-access.ts';
import type { KubernetesClient, WriteOptions } from '../../clients/kubernetes.ts';
import type { KubernetesObject, ObjectRef } from '../../domain/kubernetes-object.ts';
import type { ClosedWindow, WindowVerdict } from '../../domain/time/maintenance-window.ts';
import { ActivityError } from '../errors.ts';
import { followFreezes, type FreezeNews } from './follow-freezes.ts';
import {
  judge,
  readAdded,
  timesOf,
  type AddedFreezes,
  type Times,
  type TimeSource,
} from './read-verdict.ts';
import type { WindowNeed } from './window-need.ts';

/**
 * Windows and freezes are read anew before a change when what is known of them is older: however many
 * changes are made, the server is asked once a second, and a freeze holds a second after it was added.
 */
export const FRESH_MS = 1000;
/**
 * Where the ConfigMap is followed, a freeze that is added is told at once, and this bounds what a watch
 * misses; the configuration is read each second all the same.
 */
export const FOLLOWED_MS = 10_000;

/** Says whether the mesh may be changed now. */
export interface WindowGuard {
  /** Of what takes that many seconds; by default of a moment. */
  verdict(seconds?: number): Promise<WindowVerdict>;
  /** Throws `OutsideWindow` unless it may be changed. */
  assertOpen(seconds?: number): Promise<void>;
  /** Watches the freezes, for what makes many changes, until the answer is closed. */
  follow(): Pick<FreezeNews, 'close'>;
}

interface Reading {
  readonly added: AddedFreezes;
  /** By `performance.now()`, as it was asked for: what is known is at least that old. */
  readonly at: number;
}

/** What the configuration has made of a reading, and when it was read. */
interface Known {
  readonly reading: Reading;
  readonly times: Times;
  readonly at: number;
}

export function createWindowGuard(source: TimeSource, need: WindowNeed): WindowGuard {
  let news: FreezeNews | undefined;
  let latest: Promise<Reading> | undefined;
  let known: Known | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  const readAnew = (): void => {
    askedAt = Number.NEGATIVE_INFINITY;
  };
  const read = async (): Promise<Reading> => {
    const longest = news?.isOn() === true ? FOLLOWED_MS : FRESH_MS;
    if (latest === undefined || performance.now() - askedAt >= longest) {
      const at = performance.now();
      askedAt = at;
      latest = readAdded(source).then((added) => ({ added, at }));
      // What failed is asked again at the next change.
      latest.catch(readAnew);
    }
    return latest;
  };
  const verdict = async (seconds = 0): Promise<WindowVerdict> => {
    const reading = await read();
    const now = performance.now();
    if (known?.reading !== reading || now - known.at >= FRESH_MS) {
      known = { reading, times: timesOf(source, reading.added), at: now };
    }
    return judge(known.times, { ...need, seconds }, now - reading.at);
  };
  return {
    verdict,
    assertOpen: async (seconds) => {
      const found = await verdict(seconds);
      if (found.kind === 'closed') throw outsideWindow(found);
    },
    follow: () => (news = followFreezes(source.kubernetes, source.meshNamespace, readAnew)),
  };
}

/** The failure that makes a run wait. */
export function outsideWindow(verdict: ClosedWindow): ActivityError {
  return new ActivityError('OutsideWindow', verdict.because, [verdict]);
}

export function isOutsideWindow(error: unknown): boolean {
  return error instanceof ActivityError && error.type === 'OutsideWindow';
}

/** The same cluster, in which every change of the mesh asks the guard first. */
export function guarded(access: ClusterAccess, guard: WindowGuard): ClusterAccess {
  return {
    ...access,
    worker: guardWrites(access.worker, guard),
    installer: guardWrites(access.installer, guard),
  };
}

function guardWrites(kubernetes: KubernetesClient, guard: WindowGuard): KubernetesClient {
  const ask = async (target: ObjectOrRef, options?: WriteOptions): Promise<void> => {
    if (changesMesh(target, options)) await guard.assertOpen();
  };
  return {
    ...kubernetes,
    create: async (object, options) => {
      // The pods that we make are those that we let go: without them something would be missing.
      if (object.kind !== 'Pod') await ask(object, options);
      return kubernetes.create(object, options);
    },
    replace: async (object, options) => {
      await ask(object, options);
      return kubernetes.replace(object, options);
    },
    apply: async (object, options) => {
      await ask(object, options);
      return kubernetes.apply(object, options);
    },
    mergePatch: async (ref, patch, options) => {
      await ask(ref, options);
      return kubernetes.mergePatch(ref, patch, options);
    },
    delete: async (ref, preconditions) => {
      await ask(ref);
      return kubernetes.delete(ref, preconditions);
    },
    evict: async (pod, preconditions) => {
      await ask(pod);
      return kubernetes.evict(pod, preconditions);
    },
  };
}

type ObjectOrRef = KubernetesObject | ObjectRef;

/** A run's own record is no part of the mesh, and neither is a question. */
function changesMesh(target: ObjectOrRef, options: WriteOptions | undefined): boolean {
  if (options?.dryRun === true || target.kind.endsWith('AccessReview')) return false;
  const name = nameOf(target);
  return target.kind !== 'ConfigMap' || !name.startsWith('meshlift-');
}

function nameOf(target: ObjectOrRef): string {
  if (typeof target.name === 'string') return target.name;
  return (target as KubernetesObject).metadata.name;
}
