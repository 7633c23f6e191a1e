import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { takeBatch } from '../../domain/restart/batches.ts';
import { newProxyOf } from '../../domain/planning/wave-target.ts';
import type { ClosedWindow } from '../../domain/time/maintenance-window.ts';
import type { Heart } from '../heartbeat.ts';
import { loadStep, recordOf } from '../load-plan.ts';
import type { StepRef } from '../run-ref.ts';
import type { WindowGuard } from '../time/window-guard.ts';
import type { InjectionTools } from './manual/prepare-injections.ts';
import { journalRestarts } from './journal-restarts.ts';
import { goOnFrom } from './go-on-from.ts';
import { createMover, type Mover, type Seen } from './mover.ts';
import { keepPods, type PodKeeper } from './recreate-pod.ts';
import { toleratedFailures } from '../../domain/restart/tolerance.ts';
import { createStandstill, type StandstillPart, type StandstillParts } from './standstill.ts';
import { createWake } from './wake.ts';
import { tooManyFailed } from './wave-failures.ts';
import type { BegunMove, WaveCheckpoint, WaveResult } from './wave-checkpoint.ts';
import { readWindowLimits } from './window-limits.ts';
import type { RestartChange } from './wave-workloads.ts';
import { openWaveView, type Place, type WaveView } from './wave-view.ts';

/** A change of the cluster ends the wait; this bounds it, for deadlines and what is not watched. */
const LOOK_EVERY_MS = 1000;

/** A watch is heard every 35 s while the server can be reached: on older sight nothing is begun. */
const OUTDATED_MS = 40_000;

/**
 * What was let go and nobody else would bring back is waited for this long when the wave is asked to
 * stop: a pause may last for days. A worker that is shut down has 30 s from then on.
 */
const LONGEST_FINISH_MS = 25_000;

export interface RestartOptions {
  /** What an earlier call has come to. */
  readonly checkpoint: WaveCheckpoint | undefined;
  readonly injection: InjectionTools;
  /** Asked before anything more begins; absent: it may at any time. */
  readonly guard?: WindowGuard | undefined;
}

/**
 * Restarts one batch of a wave's workloads within the limits and waits until each is wholly on the
 * target. Safe to run again at any point: the token on a pod template makes a repeated restart a
 * no-op, and a pod that has the new proxy is never asked to leave.
 */
export async function restartWorkloads(
  access: ClusterAccess,
  ref: StepRef,
  { checkpoint, injection, guard }: RestartOptions,
  heart: Heart,
): Promise<WaveResult> {
  const { plan, step } = await loadStep(access, ref, ['wave']);
  const stop = cancellationSignal();
  const wake = createWake(stop);
  const lastWake = createWake(new AbortController().signal);
  const view = await openWaveView(access.worker, step, () => {
    wake.now();
    lastWake.now();
  });
  const freezes = guard?.follow();
  let mover: Mover | undefined;
  try {
    const all = await journalRestarts(access, ref, { step, plan, sight: view.look(), injection });
    const earlier = latestCheckpoint() ?? checkpoint;
    const latest = earlier && goOnFrom(earlier, Date.now());
    const batch = latest?.batch ?? 0;
    const { items: changes, before, isLast } = takeBatch(all, batch);
    const tolerated = toleratedFailures(plan.policy.restart.maxFailures, all.length);
    const keeper = keepPods(recordOf(access, ref), step.id);
    mover = createMover({
      keeper,
      kubernetes: access.worker,
      changes,
      limits: await readWindowLimits(access.worker, plan),
      deadlineSeconds: plan.policy.restart.workloadDeadlineSeconds,
      isOnTarget: newProxyOf(plan, step).isOn,
      earlier: { ...(await leavingPods(keeper, changes)), ...latest?.begun },
      failedBefore: latest?.failed ?? {},
      tolerated,
      stop,
    });
    const standstill = createStandstill();
    let outside: ClosedWindow | undefined;
    let stoppedAt: number | undefined;
    for (;;) {
      const seen = mover.look(view.look(), view.certainAt, outside?.because);
      const parts = partsOf(seen, view.certainAt);
      const still = standstill.ofAll(parts, { now: Date.now(), missed: view.missed() });
      view.confirm([...seen.doubtful, ...placesOf(seen, still)]);
      const resume = resumeFrom(seen, { before, total: all.length, batch });
      const later = { ...resume, lookedAt: new Date().toISOString() };
      const beat: WaveCheckpoint = { ...later, ...seen.progress };
      heart.beat(beat);
      const isAtRest = outside === undefined ? seen.moving === 0 : seen.underWay === 0;
      if (seen.tooMany !== undefined && isAtRest) {
        throw tooManyFailed(seen.tooMany, { workloads: all.length, tolerated });
      }
      const isBatchOver = seen.done + seen.failed === changes.length;
      if (isBatchOver && isLast) return { ...resume, finished: true, pods: seen.pods };
      if (isBatchOver) {
        return { ...resume, begun: {}, batch: batch + 1, finished: false, pods: seen.pods };
      }
      if (stop.aborted) {
        stoppedAt ??= Date.now();
        const mayFinish = seen.isLeaving && Date.now() - stoppedAt < LONGEST_FINISH_MS;
        if (!mayFinish) return { ...later, finished: false, pods: seen.pods };
        await mover.finish(seen);
        await lastWake.wait(LOOK_EVERY_MS);
        continue;
      }
      if (outside !== undefined && isAtRest) {
        return { ...later, finished: false, pods: seen.pods, outside };
      }
      if (outside !== undefined) {
        await mover.finish(seen);
      } else if (mover.wants(seen) && performance.now() - view.heardAt() <= OUTDATED_MS) {
        outside = await closedBy(guard);
        if (outside !== undefined) continue;
        await mover.move(seen, (begun) => heart.beat({ ...beat, begun }));
      }
      await wake.wait(LOOK_EVERY_MS);
    }
  } finally {
    await mover?.settled();
    view.close();
    freezes?.close();
  }
}

async function closedBy(guard: WindowGuard | undefined): Promise<ClosedWindow | undefined> {
  const verdict = await guard?.verdict();
  return verdict?.kind === 'closed' ? verdict : undefined;
}

/** Pods that an earlier attempt let go and may not have made again; its heartbeats may not say so. */
async function leavingPods(
  keeper: PodKeeper,
  changes: readonly RestartChange[],
): Promise<WaveCheckpoint['begun']> {
  const begun: Record<string, BegunMove> = {};
  for (const { kind, uid } of changes) {
    if (kind !== 'recreate' || (await keeper.get(uid))?.state !== 'leaving') continue;
    begun[uid] = { at: new Date().toISOString(), method: 'recreate' };
  }
  return begun;
}

/** What a new attempt, or the next call after a pause, needs to know. */
function resumeFrom(
  { done, progress: { begun, failed } }: Seen,
  {
    before,
    total,
    batch,
  }: { readonly before: number; readonly total: number; readonly batch: number },
): WaveCheckpoint {
  const failures = failed === undefined ? {} : { failed };
  return { done: before + done, total, begun, batch, ...failures };
}

/** Each workload that moves; where none does, what waits: it may wait for something that nobody told. */
function partsOf({ entries, moving }: Seen, certainAt: WaveView['certainAt']): StandstillParts {
  return new Map(
    entries.flatMap(({ key, state, remaining, change }): [string, StandstillPart][] => {
      const isAsked = state.kind === 'moving' || (moving === 0 && state.kind === 'waiting');
      if (!isAsked) return [];
      const message = state.kind === 'moving' ? state.message : 'waiting';
      return [[key, { howFar: `${remaining} ${message}`, certainAt: certainAt(change.ref) }]];
    }),
  );
}

function placesOf({ entries }: Seen, keys: readonly string[]): readonly Place[] {
  const wanted = new Set(keys);
  return entries.filter(({ key }) => wanted.has(key)).map(({ change }) => change.ref);
}

function latestCheckpoint(): WaveCheckpoint | undefined {
  return activityInfo().heartbeatDetails as WaveCheckpoint | undefined;
}
