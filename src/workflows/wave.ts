import { CancellationScope, CancelledFailure, condition } from '@temporalio/workflow';
import type { WaveCheckpoint } from '../activities/restart/wave-checkpoint.ts';
import type { StepOutline } from '../domain/planning/plan.ts';
import { describeCensus } from '../domain/rollout/describe-census.ts';
import { describeCount } from '../domain/rollout/describe-count.ts';
import { mutating, observing, restarting } from './activity-proxies.ts';
import { checkpointOf, endedByCancellation } from './failures.ts';
import { callFor, enterPhase, refOfRun, refreshDetails, whileMutating, type Run } from './run.ts';

/** Moves a wave's selectors, restarts its workloads and counts the result from the pods. */
export async function runWave(run: Run, step: StepOutline): Promise<string> {
  const ref = { ...refOfRun(run), step: step.id };
  const where = (step.namespaces ?? []).join(', ');
  enterPhase(run, 'MovingWorkloads');
  await whileMutating(
    run,
    mutating(callFor(run, `${step.id}: move selectors of ${where}`)).applyStep(ref),
  );
  const failed = await restartUntilDone(run, step);
  const census = await observing(callFor(run, `${step.id}: census of ${where}`)).takeWaveCensus(
    failed === undefined ? ref : { ...ref, failed },
  );
  run.failed = { ...run.failed, ...failed };
  run.waves.push(census);
  const workloads = describeCount(census.workloads, 'workload');
  const pods = describeCount(census.census?.onTarget ?? census.pods, 'pod');
  const moved = `${census.onTarget} of ${workloads}, ${pods} on the target`;
  return census.census === undefined ? moved : `${moved}: ${describeCensus(census.census)}`;
}

/**
 * One heartbeating activity; a pause cancels it, and it goes on from its checkpoint. Returns what
 * failed within the threshold.
 */
async function restartUntilDone(run: Run, step: StepOutline): Promise<WaveCheckpoint['failed']> {
  const ref = { ...refOfRun(run), step: step.id };
  const outer = CancellationScope.current();
  const engine = restarting(
    callFor(run, `${step.id}: restart ${describeCount(step.workloads ?? 0, 'workload')}`),
  );
  let checkpoint: WaveCheckpoint | undefined;
  for (;;) {
    await holdWhilePaused(run);
    const scope = new CancellationScope();
    run.pausable = scope;
    try {
      const from = checkpoint === undefined ? {} : { checkpoint };
      const result = await scope.run(() =>
        whileMutating(run, engine.restartWorkloads({ ...ref, ...from })),
      );
      if (result.finished) return result.failed;
      checkpoint = result;
    } catch (error) {
      if (!scope.consideredCancelled || !endedByCancellation(error)) throw error;
      checkpoint = (checkpointOf(error) as WaveCheckpoint | undefined) ?? checkpoint;
    } finally {
      run.pausable = undefined;
    }
    // A cancel from outside cancels the inner scope too, and the activity may have returned normally.
    if (outer.consideredCancelled) throw new CancelledFailure('the run was stopped');
  }
}

/** Between two mutations: nothing begins while the run is paused. */
export async function holdWhilePaused(run: Run): Promise<void> {
  if (run.paused === undefined) return;
  const { phase } = run;
  enterPhase(run, 'Paused', 'resume');
  await condition(() => run.paused === undefined);
  enterPhase(run, phase);
  refreshDetails(run);
}
