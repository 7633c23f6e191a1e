import { CancellationScope, condition, sleep } from '@temporalio/workflow';
import type { UsageCensus } from '../activities/health/read-users.ts';
import type { PlanOutline, StepOutline } from '../domain/planning/plan.ts';
import { describeCount } from '../domain/rollout/describe-count.ts';
import { observing } from './activity-proxies.ts';
import { goOnAnew, isLong, takePlace } from './go-on-anew.ts';
import type { StepResult } from './run-steps.ts';
import { callFor, enterPhase, refOfRun, type Run } from './run.ts';
import { ignoreCancellation } from './soak.ts';

/** Unused now, and still unused after the grace: a late starter must not find its control plane gone. */
export async function runCensus(
  run: Run,
  outline: PlanOutline,
  step: StepOutline,
): Promise<StepResult> {
  const revision = outline.from.revision;
  const look = async (): Promise<UsageCensus> =>
    usageIn(
      await observing(callFor(run, step.title)).takeUsageCensus({ ...refOfRun(run), revision }),
    );
  if (whoMayStay(run, outline).length > 0) await untilUnused(run, outline, step);
  const before = await look();
  if (before.users.length > 0)
    return { kind: 'failed', cause: `still used: ${before.users.slice(0, 10).join('; ')}` };
  const seconds = step.seconds ?? 0;
  if (seconds > 0) await sleep(seconds * 1000, { summary: `grace before ${revision} is removed` });
  const after = await look();
  if (after.users.length > 0)
    return { kind: 'failed', cause: `used again: ${after.users.slice(0, 10).join('; ')}` };
  const unused = `nothing uses ${revision}, for ${seconds} s`;
  return { kind: 'ok', detail: [unused, ...after.remarks].join('; ') };
}

/** Runs that began before proxies were asked for have recorded the users alone. */
function usageIn(recorded: UsageCensus | readonly string[]): UsageCensus {
  return 'users' in recorded ? recorded : { users: recorded, remarks: [] };
}

/** What may still use the old control plane at the end, in words: a person has to move it, or it ends. */
function whoMayStay({ failed }: Run, { steps }: PlanOutline): readonly string[] {
  const failures = Object.keys(failed).length;
  const left = steps.reduce((sum, each) => sum + (each.left ?? 0), 0);
  return [
    ...(failures === 0 ? [] : [`${describeCount(failures, 'workload')} failed`]),
    ...(left === 0 ? [] : [`${describeCount(left, 'workload')} left as planned`]),
  ];
}

/**
 * What failed within its wave's threshold, or is left, may still use the old control plane: that is
 * waited for as long as a halted run waits. A rollback or abort ends it as it ends everything.
 */
async function untilUnused(run: Run, outline: PlanOutline, step: StepOutline): Promise<void> {
  const { from, policy } = outline;
  const end = takePlace(run, step.id)?.until ?? Date.now() + policy.haltExpirySeconds * 1000;
  const until = new Date(end).toISOString();
  const names = whoMayStay(run, outline).join(', ');
  enterPhase(run, 'Completing', `until nothing uses ${from.revision}: ${names}; until ${until}`);
  const waiting = new CancellationScope();
  const isOver = await waiting.run(async () => {
    const unused = observing(callFor(run, `wait until nothing uses ${from.revision}`)).awaitUnused({
      ...refOfRun(run),
      revision: from.revision,
      pollSeconds: Math.max(policy.healthPollSeconds, LEAST_POLL_SECONDS),
    });
    const timer = sleep(Math.max(1, end - Date.now()), {
      summary: `nothing may use ${from.revision} until ${until}`,
    });
    const long = condition(() => isLong(run));
    try {
      // The census that follows tells who it is when the time is over.
      return await Promise.race([
        Promise.race([unused, timer]).then(() => true),
        long.then(() => false),
      ]);
    } finally {
      waiting.cancel();
      await Promise.all([unused, timer, long].map(ignoreCancellation));
    }
  });
  if (!isOver) await goOnAnew(run, { kind: 'step', id: step.id, until: end });
}

/** A person moves workloads in minutes. */
const LEAST_POLL_SECONDS = 10;
