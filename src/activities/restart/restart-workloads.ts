import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { assessRollout, type RolloutState } from '../../domain/health/assess-rollout.ts';
import { listNames } from '../../domain/health/assess-workloads.ts';
import type { Change } from '../../domain/journal/change.ts';
import type { StepOf } from '../../domain/planning/step.ts';
import { nextRestarts, takeBatch } from '../../domain/planning/restart-window.ts';
import { describeCount } from '../../domain/rollout/describe-count.ts';
import { restartChanges } from '../changes/build-changes.ts';
import { templateAnnotation } from '../changes/patch-paths.ts';
import { performChange } from '../changes/perform-change.ts';
import { ActivityError } from '../errors.ts';
import type { Heart } from '../heartbeat.ts';
import { loadStep, recordOf } from '../load-plan.ts';
import { RESTART_ANNOTATION } from '../../domain/mesh/record-marks.ts';
import { readJournal, writeJournal } from '../record/step-journal.ts';
import type { StepRef } from '../run-ref.ts';
import { readWave } from './read-wave.ts';
import { gatherWave, restartJournal, toWorkloads } from './wave-workloads.ts';

/** How far a wave is; the heartbeat's detail, and what a new attempt goes on from. */
export interface WaveCheckpoint {
  /** Of the whole wave, like `total`. */
  readonly done: number;
  readonly total: number;
  /** When the restart of each workload of the batch began, by uid, ISO 8601. */
  readonly begun: Readonly<Record<string, string>>;
  /** The batch under way, from 0; absent means the first. */
  readonly batch?: number;
}

export interface WaveResult extends WaveCheckpoint {
  /**
   * `false`: a batch is done and others are left, or it was asked to stop (a pause, an abort, a
   * shutdown) and left things consistent. Either way it goes on from here when it is called again.
   */
  readonly finished: boolean;
  /** Pods on the target, of the batch. */
  readonly pods: number;
}

const LOOK_EVERY_MS = 1000;

/**
 * Restarts one batch of a wave's workloads within the budget and waits until each is wholly on the target.
 * Safe to run again at any point: the token on a pod template makes a repeated restart a no-op.
 */
export async function restartWorkloads(
  access: ClusterAccess,
  ref: StepRef,
  checkpoint: WaveCheckpoint | undefined,
  heart: Heart,
): Promise<WaveResult> {
  const { plan, step } = await loadStep(access, ref, ['wave']);
  const { restart } = plan.policy;
  const all = await journaledRestarts(access, ref, step, plan.from.revision);
  const { batch = 0, begun: earlier } = latestCheckpoint() ?? checkpoint ?? {};
  const { items: changes, before, isLast } = takeBatch(all, batch);
  const begun: Record<string, string> = { ...earlier };

  for (;;) {
    const entries = await look(access, changes, plan.to.revision);
    for (const { key, state } of entries) {
      // The answer to its beginning, or the heartbeat after it, may have been lost with an attempt.
      if (state.kind === 'moving') begun[key] ??= new Date().toISOString();
    }
    const done = entries.filter(({ state }) => state.kind === 'done').length;
    const counts = { done: before + done, total: all.length };
    const progress: WaveCheckpoint = { ...counts, begun: { ...begun }, batch };
    heart.beat(progress);
    failIfBad(entries, begun, restart);
    const pods = countPods(entries);
    if (done === entries.length) {
      if (isLast) return { ...progress, finished: true, pods };
      return { ...counts, begun: {}, batch: batch + 1, finished: false, pods };
    }
    if (cancellationSignal().aborted) return { ...progress, finished: false, pods };

    const next = new Set(nextRestarts(entries, restart.maxPodsInFlight));
    for (const { key, change } of entries) {
      if (!next.has(key) || cancellationSignal().aborted) continue;
      await performChange(access.worker, change);
      begun[key] ??= new Date().toISOString();
      heart.beat({ ...progress, begun: { ...begun } });
    }
    await pauseBetweenLooks();
  }
}

function latestCheckpoint(): WaveCheckpoint | undefined {
  return activityInfo().heartbeatDetails as WaveCheckpoint | undefined;
}

/** Ends early when the activity is asked to stop: the loop looks once more and returns what it knows. */
async function pauseBetweenLooks(): Promise<void> {
  const signal = cancellationSignal();
  try {
    await delay(LOOK_EVERY_MS, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

type RestartChange = Extract<Change, { kind: 'restart' }>;

async function journaledRestarts(
  access: ClusterAccess,
  ref: StepRef,
  step: StepOf<'wave'>,
  oldRevision: string,
): Promise<readonly RestartChange[]> {
  const record = recordOf(access, ref);
  const name = restartJournal(ref.step);
  const journal = await readJournal(record, name);
  if (journal !== undefined) {
    return journal.changes.filter((change) => change.kind === 'restart');
  }
  const workloads = await gatherWave(access.worker, step, oldRevision);
  const changes = await restartChanges(access.worker, workloads, `${ref.runId}/${ref.step}`);
  await writeJournal(record, name, 'begun', changes);
  return changes;
}

interface WaveEntry {
  readonly key: string;
  readonly name: string;
  readonly pods: number;
  readonly state: RolloutState;
  readonly change: RestartChange;
}

async function look(
  access: ClusterAccess,
  changes: readonly RestartChange[],
  revision: string,
): Promise<readonly WaveEntry[]> {
  const workloads = toWorkloads(changes);
  const live = await readWave(access.worker, workloads);
  return changes.flatMap((change, index): WaveEntry[] => {
    const ref = workloads[index];
    if (ref === undefined) return [];
    const workload = live.workloads.get(ref.uid);
    const pods = live.pods.get(ref.uid) ?? [];
    const carries =
      workload === undefined ? null : templateAnnotation(workload, RESTART_ANNOTATION);
    const { kind, namespace, name, uid } = ref;
    const state = assessRollout({ kind, workload, pods, token: change.applied, carries, revision });
    return [{ key: uid, name: `${namespace}/${name}`, pods: pods.length, state, change }];
  });
}

function countPods(entries: readonly WaveEntry[]): number {
  return entries.reduce((sum, { state }) => sum + (state.kind === 'done' ? state.pods : 0), 0);
}

function failIfBad(
  entries: readonly WaveEntry[],
  begun: Readonly<Record<string, string>>,
  limits: { readonly workloadDeadlineSeconds: number },
): void {
  const failures = entries.flatMap(({ key, name, state }) => {
    if (state.kind === 'failed') return [`${name}: ${state.message}`];
    const since = begun[key];
    if (state.kind !== 'moving' || since === undefined) return [];
    const seconds = (Date.now() - Date.parse(since)) / 1000;
    return seconds > limits.workloadDeadlineSeconds
      ? [`${name}: not there after ${Math.round(seconds)} s: ${state.message}`]
      : [];
  });
  if (failures.length === 0) return;
  throw new ActivityError(
    'Unhealthy',
    `${failures.length} of ${describeCount(entries.length, 'workload')} failed: ${listNames(failures)}`,
    [failures],
  );
}
