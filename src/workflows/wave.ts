import { CancellationScope, CancelledFailure, condition } from '@temporalio/workflow';
import type { WaveCheckpoint } from '../activities/restart/wave-checkpoint.ts';
import type { WindowNeed } from '../activities/time/window-need.ts';
import type { StepOutline } from '../domain/planning/plan.ts';
import { describeCensus } from '../domain/rollout/describe-census.ts';
import { describeCount } from '../domain/rollout/describe-count.ts';
import { mutating, observing, restarting } from './activity-proxies.ts';
import { checkpointOf, endedByCancellation } from './failures.ts';
import { isLong, stayShort, takePlace, type Place } from './go-on-anew.ts';
import { holdWhilePaused } from './hold-while-paused.ts';
import { callFor, enterPhase, refOfRun, whileMutating, type Run } from './run.ts';
import { ignoreCancellation } from './soak.ts';
import { whileOpen, withoutSeconds } from './window.ts';

/** Moves a wave's selectors, restarts its workloads and counts the result from the pods. */
export async function runWave(
  run: Run,
  step: StepOutline,
  need: WindowNeed | undefined,
): Promise<string> {
  const ref = { ...refOfRun(run), step: step.id };
  const where = (step.namespaces ?? []).join(', ');
  enterPhase(run, 'MovingWorkloads');
  const resumed = takePlace(run, step.id)?.checkpoint;
  if (resumed === undefined) {
    const call = callFor(run, `${step.id}: move selectors of ${where}`);
    await whileOpen(run, need, { kind: 'step', id: step.id }, (window) =>
      whileMutating(run, mutating(call).applyStep({ ...ref, ...window })),
    );
  }
  const failed = await restartUntilDone(run, step, { resumed, need: withoutSeconds(need) });
  const counting = observing(callFor(run, `${step.id}: census of ${where}`));
  const { failed: wanting, ...census } = await counting.takeWaveCensus(
    failed === undefined ? ref : { ...ref, failed },
  );
  run.failed = { ...run.failed, ...failed, ...wanting };
  run.waves.push(census);
  const workloads = describeCount(census.workloads, 'workload');
  const pods = describeCount(census.census?.onTarget ?? census.pods, 'pod');
  const moved = `${census.onTarget} of ${workloads}, ${pods} on the target`;
  return census.census === undefined ? moved : `${moved}: ${describeCensus(census.census)}`;
}

/** How far its restarts are, and in what time they may go on. */
interface Restarts {
  readonly resumed: WaveCheckpoint | undefined;
  readonly need: WindowNeed | undefined;
}

/**
 * One heartbeating activity; a pause, or a history that has become long, cancels it, and it goes on from
 * its checkpoint, as it does once a window opens. Returns what failed within the threshold.
 */
async function restartUntilDone(
  run: Run,
  step: StepOutline,
  { resumed, need }: Restarts,
): Promise<WaveCheckpoint['failed']> {
  const ref = { ...refOfRun(run), step: step.id };
  const outer = CancellationScope.current();
  const engine = restarting(
    callFor(run, `${step.id}: restart ${describeCount(step.workloads ?? 0, 'workload')}`),
  );
  let checkpoint = resumed;
  for (;;) {
    const from = checkpoint === undefined ? {} : { checkpoint };
    const here: Place = { kind: 'step', id: step.id, ...from };
    await stayShort(run, here);
    await holdWhilePaused(run, here);
    const scope = new CancellationScope();
    run.pausable = scope;
    try {
      const result = await scope.run(() => {
        void cancelWhenLong(run, scope);
        return whileOpen(run, need, here, (window) =>
          whileMutating(run, engine.restartWorkloads({ ...ref, ...window, ...from })),
        );
      });
      if (result.finished) return result.failed;
      checkpoint = result;
    } catch (error) {
      if (!scope.consideredCancelled || !endedByCancellation(error)) throw error;
      checkpoint = (checkpointOf(error) as WaveCheckpoint | undefined) ?? checkpoint;
    } finally {
      run.pausable = undefined;
      scope.cancel();
    }
    // A cancel from outside cancels the inner scope too, and the activity may have returned normally.
    if (outer.consideredCancelled) throw new CancelledFailure('the run was stopped');
  }
}

async function cancelWhenLong(run: Run, scope: CancellationScope): Promise<void> {
  await ignoreCancellation(condition(() => isLong(run)));
  scope.cancel();
}
