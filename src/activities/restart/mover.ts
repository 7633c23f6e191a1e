import { isPassing } from '../../clients/kubernetes-retry.ts';
import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { listNames } from '../../domain/health/assess-workloads.ts';
import type { PodFacts } from '../../domain/mesh/interpret-pods.ts';
import { createReadyMeter, type ReadyMeter } from '../../domain/restart/ready-meter.ts';
import { admit, type WindowLimits } from '../../domain/restart/window.ts';
import { describeCount } from '../../domain/rollout/describe-count.ts';
import { ActivityError } from '../errors.ts';
import { evictNext, restartByTemplate, type Asked } from './move-workload.ts';
import type { BegunMove, WaveCheckpoint } from './wave-checkpoint.ts';
import { seeEntries, type RestartChange, type WaveEntry } from './wave-entries.ts';
import type { WaveSight } from './wave-view.ts';

export interface MoverOptions {
  readonly kubernetes: KubernetesClient;
  /** The batch, in order. */
  readonly changes: readonly RestartChange[];
  readonly limits: WindowLimits;
  /** A workload that is not there after this long has failed. */
  readonly deadlineSeconds: number;
  readonly isOnTarget: (pod: PodFacts) => boolean;
  /** What an earlier attempt has begun, by uid. */
  readonly earlier: Readonly<Record<string, BegunMove>>;
  /** Aborted: nothing more begins. */
  readonly stop: AbortSignal;
}

/** What one look at the batch showed. */
export interface Seen {
  readonly entries: readonly WaveEntry[];
  readonly done: number;
  /** Pods of the workloads that are done. */
  readonly pods: number;
  readonly begin: ReadonlySet<string>;
  readonly progress: Omit<WaveCheckpoint, 'done' | 'total' | 'batch'>;
}

/** Moves one batch of workloads: looks, judges, begins what may begin. It waits for nothing. */
export interface Mover {
  look(sight: WaveSight): Seen;
  /** `Unhealthy` when a workload has failed or its time is over. */
  failIfBad(seen: Seen): void;
  /** Begins what the window has room for and goes on with what moves pod by pod. */
  move(seen: Seen, onBegun: (begun: WaveCheckpoint['begun']) => void): Promise<void>;
}

/** Requests at once: as many as a client may have open to one server without queueing there. */
const WRITES_AT_ONCE = 10;

/** A watch shows a write well within this time. */
const UNSEEN_MS = 5000;
const MOST_MARKS_PUT_BACK = 2;
/** After it the attempt ends with what the server says, for everybody to see; the next one goes on. */
const LONGEST_TROUBLE_MS = 60_000;
const TAKEN_AWAY =
  'the restart mark was taken from its pod template again and again: something else, such as Argo CD or Flux, owns the template. Let it ignore annotations of meshlift.dev, or restart the workload there';

export function createMover(options: MoverOptions): Mover {
  const { kubernetes, changes, limits, isOnTarget, stop } = options;
  const begun = new Map(Object.entries(options.earlier));
  const asked: Asked = new Map();
  /** How often the mark was put back on a template from which somebody had taken it, by uid. */
  const marks = new Map<string, number>();
  let meter: ReadyMeter | undefined;
  let stuckSince: number | undefined;
  /** Since when every write met trouble of the server's. */
  let troubleSince: number | undefined;

  function look(sight: WaveSight): Seen {
    const now = Date.now();
    const pods = sight.pods.map((pod) => {
      const at = asked.get(pod.uid);
      return at !== undefined && now - at < UNSEEN_MS ? { ...pod, terminating: true } : pod;
    });
    const methods = new Map([...begun].map(([uid, { method }]) => [uid, method] as const));
    const context = { isOnTarget, begun: methods };
    const entries = seeEntries(changes, { ...sight, pods }, context);
    for (const { key, state, method } of entries) {
      // The answer to its beginning, or the heartbeat after it, may have been lost with an attempt.
      if (state.kind !== 'moving') begun.delete(key);
      else if (!begun.has(key)) begun.set(key, { at: new Date(now).toISOString(), method });
    }
    const ready = entries.flatMap((entry) => entry.pods.filter(isReadyOnTarget).map(uidOf));
    meter ??= createReadyMeter(ready);
    meter.see(ready, now);
    const { begin, held } = admit(entries, limits, meter.within(10, now));
    const moving = entries.filter(({ state }) => state.kind === 'moving').length;
    stuckSince =
      moving > 0 || begin.length > 0 || held.length === 0 ? undefined : (stuckSince ?? now);
    const done = entries.filter(({ state }) => state.kind === 'done').length;
    return {
      entries,
      done,
      pods: entries.reduce((sum, { state }) => sum + (state.kind === 'done' ? state.pods : 0), 0),
      begin: new Set(begin),
      progress: {
        begun: Object.fromEntries(begun),
        moving,
        waiting: entries.length - moving - done,
        held,
        podsPerMinute: meter.within(60, now),
      },
    };
  }

  function isReadyOnTarget(pod: PodFacts): boolean {
    return pod.ready && !pod.terminating && isOnTarget(pod);
  }

  async function moveOne(entry: WaveEntry): Promise<void> {
    if (entry.method === 'template') {
      await restartByTemplate(kubernetes, entry);
      return;
    }
    await evictNext(kubernetes, entry, { isOnTarget, asked });
  }

  /** Whether it was done: what the server could not do now is seen undone at the next look. */
  async function tryToMove(entry: WaveEntry): Promise<boolean> {
    if (stop.aborted) return false;
    try {
      await moveOne(entry);
      troubleSince = undefined;
      return true;
    } catch (error) {
      if (!isPassing(error)) throw error;
      troubleSince ??= Date.now();
      if (Date.now() - troubleSince > LONGEST_TROUBLE_MS) throw error;
      return false;
    }
  }

  /** The mark went away before the pods did: something keeps the template as it is written elsewhere. */
  function isUnmarked({ key, state, method, carries, change, remaining }: WaveEntry): boolean {
    const at = begun.get(key)?.at;
    if (state.kind !== 'moving' || method !== 'template' || at === undefined) return false;
    const isOld = Date.now() - Date.parse(at) > UNSEEN_MS;
    return isOld && remaining > 0 && carries !== change.applied;
  }

  return {
    look,
    failIfBad: ({ entries, progress }) =>
      failIfBad(entries, progress, { begun, marks, stuckSince, seconds: options.deadlineSeconds }),
    move: async ({ entries, begin }, onBegun) => {
      const starting = entries.filter(({ key }) => begin.has(key));
      await inParallel(starting, async (entry) => {
        if (!(await tryToMove(entry))) return;
        begun.set(entry.key, { at: new Date().toISOString(), method: entry.method });
        onBegun(Object.fromEntries(begun));
      });
      const going = entries.filter(
        ({ state, method, budgets }) =>
          state.kind === 'moving' &&
          method === 'evict' &&
          budgets.every(({ disruptionsAllowed }) => disruptionsAllowed > 0),
      );
      await inParallel(going, async (entry) => void (await tryToMove(entry)));
      await inParallel(entries.filter(isUnmarked), async (entry) => {
        const times = (marks.get(entry.key) ?? 0) + 1;
        if (times <= MOST_MARKS_PUT_BACK && !(await tryToMove(entry))) return;
        marks.set(entry.key, times);
        begun.set(entry.key, { at: new Date().toISOString(), method: entry.method });
      });
    },
  };
}

function uidOf({ uid }: PodFacts): string {
  return uid;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const workers = Array.from({ length: Math.min(WRITES_AT_ONCE, queue.length) }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  });
  // What was begun is brought to its end before an error leaves: nobody writes after the activity.
  const results = await Promise.allSettled(workers);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

interface Deadlines {
  readonly begun: ReadonlyMap<string, BegunMove>;
  readonly marks: ReadonlyMap<string, number>;
  /** Since when nothing moves although workloads wait; ms. */
  readonly stuckSince: number | undefined;
  readonly seconds: number;
}

function failIfBad(
  entries: readonly WaveEntry[],
  { held = [] }: Pick<WaveCheckpoint, 'held'>,
  { begun, marks, stuckSince, seconds }: Deadlines,
): void {
  const failures = entries.flatMap(({ key, name, state }) => {
    if (state.kind === 'failed') return [`${name}: ${state.message}`];
    if ((marks.get(key) ?? 0) > MOST_MARKS_PUT_BACK && state.kind === 'moving') {
      return [`${name}: ${TAKEN_AWAY}`];
    }
    const since = begun.get(key)?.at;
    if (state.kind !== 'moving' || since === undefined) return [];
    const passed = (Date.now() - Date.parse(since)) / 1000;
    return passed > seconds
      ? [`${name}: not there after ${Math.round(passed)} s: ${state.message}`]
      : [];
  });
  const stuck = stuckSince === undefined ? 0 : (Date.now() - stuckSince) / 1000;
  if (stuck > seconds) {
    failures.push(
      ...entries
        .filter(({ state }) => state.kind === 'waiting')
        .map(
          ({ name }) => `${name}: could not begin for ${Math.round(stuck)} s: ${held.join('; ')}`,
        ),
    );
  }
  if (failures.length === 0) return;
  throw new ActivityError(
    'Unhealthy',
    `${failures.length} of ${describeCount(entries.length, 'workload')} failed: ${listNames(failures)}`,
    [failures],
  );
}
