import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { listNames } from '../../domain/health/assess-workloads.ts';
import { censusWave, nameSomeWorkloads, type WaveCensus } from '../../domain/health/census-wave.ts';
import type { WorkloadRef } from '../../domain/mesh/observed-mesh.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import type { StepOf } from '../../domain/planning/step.ts';
import { describeTarget } from '../../domain/planning/wave-target.ts';
import type { WaveReport } from '../../domain/report.ts';
import { toleratedFailures } from '../../domain/restart/tolerance.ts';
import { ActivityError } from '../errors.ts';
import { loadPlan, loadStep, recordOf } from '../load-plan.ts';
import type { RunRecord } from '../record/run-record.ts';
import { readWave } from '../restart/read-wave.ts';
import { readWaveWorkloads } from '../restart/wave-workloads.ts';
import type { RunRef, StepRef } from '../run-ref.ts';
import { lookUntil } from './look-until.ts';
import { openPodTargets, type PodTargets } from './pod-target.ts';
import { readUsers, type UsageCensus } from './read-users.ts';

/** Workloads that failed, by uid, with the reason. */
type Failures = Readonly<Record<string, string>>;

/** What the census found, and what it found wanting of workloads that its engine took for done. */
export type CountedWave = WaveReport & { readonly failed?: Failures };

/**
 * Counts, from the pods and from what istiod says of their proxies, how much of a wave is on the
 * target. Waits for what passes: a rollout that is just done has proxies that connect. What is wanting
 * after it counts against the wave's threshold, as what failed before does.
 */
export async function takeWaveCensus(
  access: ClusterAccess,
  ref: StepRef & { readonly failed?: Failures },
): Promise<CountedWave> {
  const { plan, step } = await loadStep(access, ref, ['wave']);
  const workloads = await readWaveWorkloads(recordOf(access, ref), step);
  const targets = await openPodTargets(access.worker, plan, step.target);
  const seen = await lookUntil(
    () => countWave(access, { workloads, targets, failed: ref.failed ?? {} }),
    ({ stragglers, mayPass }) => Object.keys(stragglers).length === 0 || !mayPass,
    plan.policy.census?.waitSeconds ?? 0,
  );
  const { onTarget, pods, census, remarks, stragglers } = seen;
  const wanting = workloads.filter(({ uid }) => stragglers[uid] !== undefined);
  const all = { ...ref.failed, ...stragglers };
  const tolerated = toleratedFailures(plan.policy.restart.maxFailures, workloads.length);
  if (wanting.length > 0 && Object.keys(all).length > tolerated) {
    throw unfinished(plan, step, { stragglers, all });
  }
  const exceptions = await keepExceptions(recordOf(access, ref), step, [
    ...seen.exceptions,
    ...wanting.map(({ kind, uid }) => `${kind} ${stragglers[uid] ?? ''}`),
    ...leftBehind(step),
  ]);
  return {
    id: step.id,
    namespaces: step.namespaces,
    workloads: workloads.length,
    onTarget,
    pods,
    census,
    ...(remarks.length === 0 ? {} : { remarks }),
    ...(exceptions.length === 0 ? {} : { exceptions }),
    ...(wanting.length === 0 ? {} : { failed: stragglers }),
  };
}

interface Counting {
  readonly workloads: readonly WorkloadRef[];
  readonly targets: PodTargets;
  readonly failed: Failures;
}

/** The pods first: a proxy connects after its pod is there, never before. */
async function countWave(
  access: ClusterAccess,
  { workloads, targets, failed }: Counting,
): Promise<WaveCensus> {
  const live = await readWave(access.worker, workloads);
  const counted = workloads.map((ref) => ({
    ref,
    isThere: live.workloads.has(ref.uid),
    pods: live.pods.get(ref.uid) ?? [],
  }));
  return censusWave(counted, await targets(workloads.map(({ namespace }) => namespace)), failed);
}

function unfinished(
  plan: UpgradePlan,
  step: StepOf<'wave'>,
  { stragglers, all }: { readonly stragglers: Failures; readonly all: Failures },
): ActivityError {
  const asked = plan.policy.census?.connections ?? 'off';
  const wanted = `${describeTarget(plan, step)}${asked === 'off' ? '' : ', connected and synced'}`;
  return new ActivityError(
    'ThresholdPassed',
    `expected every pod of ${step.id} ready and ${wanted}; not so: ${listNames(Object.values(stragglers))}`,
    [Object.values(all)],
  );
}

/** As many as fit into a history; where there are more, all of them are in the run's record. */
async function keepExceptions(
  record: RunRecord,
  { id }: StepOf<'wave'>,
  exceptions: readonly string[],
): Promise<readonly string[]> {
  const named = nameSomeWorkloads(
    exceptions,
    `all of them in part census-${id} of the run's record`,
  );
  if (named !== exceptions) await record.put(`census-${id}`, { exceptions });
  return named;
}

/** What the plan left as it is, with the reason that it gave. */
function leftBehind({ left }: StepOf<'wave'>): readonly string[] {
  return left.map(
    ({ kind, namespace, name, because }) => `${kind} ${namespace}/${name}: ${because}`,
  );
}

/** Who still uses the old revision. Nobody is the only answer that lets it be removed. */
export async function takeUsageCensus(
  access: ClusterAccess,
  run: RunRef,
  revision: string,
): Promise<UsageCensus> {
  return readUsers(access, await loadPlan(access, run), revision);
}
