import type { KubernetesClient } from '../../clients/kubernetes.ts';
import type { PodFacts } from '../../domain/mesh/interpret-pods.ts';
import { createReadyMeter, type ReadyMeter } from '../../domain/restart/ready-meter.ts';
import { admit, type Admission, type WindowLimits } from '../../domain/restart/window.ts';
import { UNSEEN_MS, withAsked, type Asked } from './asked.ts';
import { createMoveTries } from './move-tries.ts';
import { moveWorkload } from './move-workload.ts';
import type { PodKeeper } from './recreate-pod.ts';
import type { BegunMove, WaveCheckpoint } from './wave-checkpoint.ts';
import {
  failureOf,
  MOST_CHARACTERS,
  MOST_MARKS_PUT_BACK,
  type Deadlines,
} from './wave-failures.ts';
import { isAway, isGoing, isLeaving, isResting } from './pod-by-pod.ts';
import { seeEntries, type RestartChange, type WaveEntry } from './wave-entries.ts';
import type { Place, WaveSight, WaveView } from './wave-view.ts';
import { createWritesUnderWay } from './writes-under-way.ts';

export interface MoverOptions {
  readonly kubernetes: KubernetesClient;
  /** The batch, in order. */
  readonly changes: readonly RestartChange[];
  readonly limits: WindowLimits;
  /** A workload that comes no further for this long has failed. */
  readonly deadlineSeconds: number;
  readonly isOnTarget: (pod: PodFacts) => boolean;
  /** What an earlier attempt has begun, by uid. */
  readonly earlier: Readonly<Record<string, BegunMove>>;
  /** Workloads of the wave that failed in earlier attempts and batches, by uid, with the reason. */
  readonly failedBefore: Readonly<Record<string, string>>;
  /** How many of the wave may fail. */
  readonly tolerated: number;
  /** Keeps the pods that are made again. */
  readonly keeper: PodKeeper;
  /** Aborted: nothing more begins. */
  readonly stop: AbortSignal;
}

/** Why nothing may begin now although nobody asked to stop. */
export type Outside = string | undefined;

/** What one look at the batch showed. */
export interface Seen {
  readonly entries: readonly WaveEntry[];
  readonly done: number;
  readonly moving: number;
  /** Of these: how many do not rest with all their pods there. */
  readonly underWay: number;
  /** Whether a pod was let go that nobody else would bring back. */
  readonly isLeaving: boolean;
  /** Of the batch. */
  readonly failed: number;
  /** Of the wave, with the reasons, when more failed than may: nothing more begins. */
  readonly tooMany: readonly string[] | undefined;
  /** Pods of the workloads that are done. */
  readonly pods: number;
  readonly begin: ReadonlySet<string>;
  /** What looks failed by a sight that may have missed an event: it is to be confirmed. */
  readonly doubtful: readonly Place[];
  readonly progress: Omit<WaveCheckpoint, 'done' | 'total' | 'batch'>;
}

/** Moves one batch of workloads: looks, judges, begins what may begin. It waits for no workload. */
export interface Mover {
  /** Nothing in the sight of a workload is older than `certainAt` says (ms). */
  look(sight: WaveSight, certainAt: WaveView['certainAt'], outside?: Outside): Seen;
  /** Whether it would change something now. */
  wants(seen: Seen): boolean;
  /** Begins what the window has room for and goes on with what moves pod by pod. */
  move(seen: Seen, onBegun: (begun: WaveCheckpoint['begun']) => void): Promise<void>;
  /** Makes again what was let go, and nothing else: that may be done at any time. */
  finish(seen: Seen): Promise<void>;
  /** Returns when nothing is written any more. */
  settled(): Promise<void>;
}

const NEVER = '1970-01-01T00:00:00Z';

const OVER: Admission = {
  begin: [],
  held: [
    'more workloads have failed than may: what is on its way is waited for, nothing more begins',
  ],
};

const DOUBT: Admission = {
  begin: [],
  held: ['more workloads look failed than may: they are read anew before anything more begins'],
};

export function createMover(options: MoverOptions): Mover {
  const { kubernetes, changes, limits, isOnTarget, stop } = options;
  const begun = new Map(Object.entries(options.earlier));
  const asked: Asked = new Map();
  const writes = createWritesUnderWay();
  /** How those are to be moved whose first write is yet to be answered, by uid: they count as moving. */
  const starting = new Map<string, BegunMove['method']>();
  const context = { isOnTarget, asked, keeper: options.keeper };
  const tries = createMoveTries((entry) => moveWorkload(kubernetes, entry, context), stop);
  /** How often the mark was put back on a template from which somebody had taken it, by uid. */
  const marks = new Map<string, number>();
  /** The fewest pods that were left of a workload, and since when (ms), by uid. */
  const furthest = new Map<string, { readonly remaining: number; readonly at: number }>();
  const failures = new Map(Object.entries(options.failedBefore));
  /** Since when (ms) a workload looks failed, by uid; it has failed when a list of later shows it too. */
  const suspects = new Map<string, number>();
  let meter: ReadyMeter | undefined;
  let stuckSince: Deadlines['stuckSince'];

  function look(sight: WaveSight, certainAt: WaveView['certainAt'], outside?: Outside): Seen {
    const now = Date.now();
    const pods = withAsked(sight.pods, asked, now);
    const methods = new Map([
      ...starting,
      ...[...begun].map(([uid, { method }]) => [uid, method] as const),
    ]);
    const entries = seeEntries(changes, { ...sight, pods }, { isOnTarget, begun: methods }).map(
      (entry) => judge(outside === undefined ? entry : resting(entry), certainAt(entry.change.ref)),
    );
    const ready = entries.flatMap((entry) => entry.pods.filter(isReadyOnTarget).map(uidOf));
    meter ??= createReadyMeter(ready);
    meter.see(ready, now);
    const isOver = failures.size > options.tolerated;
    const isDoubtful = !isOver && failures.size + suspects.size > options.tolerated;
    const { begin, held } = isOver
      ? OVER
      : isDoubtful
        ? DOUBT
        : outside !== undefined
          ? { begin: [], held: [outside] }
          : admit(entries, limits, meter.within(10, now));
    const [moving, done, failed] = (['moving', 'done', 'failed'] as const).map(
      (kind) => entries.filter(({ state }) => state.kind === kind).length,
    ) as [number, number, number];
    const isStuck =
      !isOver && outside === undefined && moving === 0 && begin.length === 0 && held.length > 0;
    if (!isDoubtful) stuckSince = isStuck ? { at: stuckSince?.at ?? now, held } : undefined;
    return {
      entries,
      done,
      moving,
      underWay: entries.filter((each) => each.state.kind === 'moving' && !isResting(each)).length,
      isLeaving: entries.some(isLeaving),
      failed,
      tooMany: isOver ? [...failures.values()] : undefined,
      pods: entries.reduce((sum, { state }) => sum + (state.kind === 'done' ? state.pods : 0), 0),
      begin: new Set(begin),
      doubtful: entries.filter(({ key }) => suspects.has(key)).map(({ change }) => change.ref),
      progress: {
        begun: Object.fromEntries(begun),
        ...(failures.size === 0 ? {} : { failed: Object.fromEntries(failures) }),
        moving,
        waiting: entries.length - moving - done - failed,
        held: [...held, ...entries.flatMap(heldUp)],
        podsPerMinute: meter.within(60, now),
        podsLeft: entries.reduce((sum, { remaining }) => sum + remaining, 0),
      },
    };
  }

  /** What rests outside of its time does not run out of it. */
  function resting(entry: WaveEntry): WaveEntry {
    const known = begun.get(entry.key);
    if (known !== undefined && entry.state.kind === 'moving' && isResting(entry)) {
      begun.set(entry.key, { ...known, at: new Date().toISOString() });
    }
    return entry;
  }

  /** Keeps the book of what has begun and of what has failed; what failed stays so until it is done. */
  function judge(entry: WaveEntry, certainAt: number): WaveEntry {
    const { key, state, method } = entry;
    if (state.kind === 'done') {
      for (const book of [begun, failures, suspects, furthest]) book.delete(key);
      tries.forget(key);
      return entry;
    }
    // The answer to its beginning, or the heartbeat after it, may have been lost with an attempt.
    if (state.kind === 'moving' && !begun.has(key) && !starting.has(key)) {
      begun.set(key, { at: new Date().toISOString(), method });
    }
    const furtherAt = noteProgress(entry);
    const seconds = options.deadlineSeconds;
    const refused = tries.against(key);
    const deadlines = { begun, furtherAt, marks, stuckSince, seconds, refused };
    const failure = failures.get(key) ?? failureOf(entry, deadlines);
    if (failure === undefined) {
      suspects.delete(key);
      return entry;
    }
    if (!failures.has(key) && !isCertain(key, certainAt)) {
      return state.kind === 'failed' ? { ...entry, state: { ...state, kind: 'moving' } } : entry;
    }
    failures.set(key, failure.slice(0, MOST_CHARACTERS));
    begun.delete(key);
    return { ...entry, state: { kind: 'failed', message: failure } };
  }

  /** When the last of its pods arrived. */
  function noteProgress({ key, remaining }: WaveEntry): number {
    const known = furthest.get(key);
    if (known !== undefined && known.remaining <= remaining) return known.at;
    const move = begun.get(key);
    // What is seen for the first time says nothing of when it came so far; an earlier attempt may.
    const at = known === undefined ? Date.parse(move?.furtherAt ?? NEVER) : Date.now();
    furthest.set(key, { remaining, at });
    if (move !== undefined && known !== undefined) {
      begun.set(key, { ...move, furtherAt: new Date(at).toISOString() });
    }
    return at;
  }

  /** Whether what is seen of it was listed since the workload looked failed for the first time. */
  function isCertain(key: string, certainAt: number): boolean {
    const since = suspects.get(key) ?? Date.now();
    suspects.set(key, since);
    if (certainAt < since) return false;
    suspects.delete(key);
    return true;
  }

  function isReadyOnTarget(pod: PodFacts): boolean {
    return pod.ready && !pod.terminating && isOnTarget(pod);
  }

  /** Why what has begun goes no further, where the server says so. */
  function heldUp({ key, name, state }: WaveEntry): readonly string[] {
    const against = tries.against(key);
    return state.kind === 'moving' && against !== undefined ? [`${name}: ${against}`] : [];
  }

  /**
   * The mark went away before the old pods did: something keeps the template as it is written elsewhere.
   * Where all have the new proxy, they need no mark, ready or not.
   */
  function isUnmarked({ key, state, method, carries, change, pods }: WaveEntry): boolean {
    const at = begun.get(key)?.at;
    if (state.kind !== 'moving' || method !== 'template' || at === undefined) return false;
    const isOld = Date.now() - Date.parse(at) > UNSEEN_MS;
    const hasOld = pods.some((pod) => !pod.terminating && !isOnTarget(pod));
    return isOld && hasOld && isTakenAway(change, carries);
  }

  async function start(entry: WaveEntry, onBegun: () => void): Promise<void> {
    try {
      if (!(await tries.move(entry))) return;
      begun.set(entry.key, { at: new Date().toISOString(), method: entry.method });
      onBegun();
    } finally {
      starting.delete(entry.key);
    }
  }

  async function markAnew(entry: WaveEntry): Promise<void> {
    const times = (marks.get(entry.key) ?? 0) + 1;
    if (times <= MOST_MARKS_PUT_BACK && !(await tries.move(entry))) return;
    marks.set(entry.key, times);
    begun.set(entry.key, { at: new Date().toISOString(), method: entry.method });
  }

  const goOn = async (entry: WaveEntry): Promise<void> => void (await tries.move(entry));
  const isIdle = ({ key }: WaveEntry): boolean => !writes.has(key);

  return {
    look,
    wants: ({ entries, begin }) =>
      begin.size > 0 || entries.some((each) => isIdle(each) && (isGoing(each) || isUnmarked(each))),
    finish: async ({ entries }) => {
      for (const entry of entries.filter(isAway)) writes.begin(entry.key, () => goOn(entry));
      await writes.forAMoment();
    },
    move: async ({ entries, begin }, onBegun) => {
      for (const entry of entries.filter(({ key }) => begin.has(key) && !writes.has(key))) {
        starting.set(entry.key, entry.method);
        const tell = (): void => onBegun(Object.fromEntries(begun));
        writes.begin(entry.key, () => start(entry, tell));
      }
      for (const entry of entries.filter(isGoing)) writes.begin(entry.key, () => goOn(entry));
      for (const entry of entries.filter(isUnmarked)) {
        writes.begin(entry.key, () => markAnew(entry));
      }
      await writes.forAMoment();
    },
    settled: () => writes.settled(),
  };
}

function isTakenAway(change: RestartChange, carries: string | null): boolean {
  if (change.kind === 'inject') return carries !== 'applied';
  return change.kind === 'restart' && carries !== change.applied;
}

function uidOf({ uid }: PodFacts): string {
  return uid;
}
