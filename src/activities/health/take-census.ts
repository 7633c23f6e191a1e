import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { listNames } from '../../domain/health/assess-workloads.ts';
import { censusWave, nameSomeWorkloads, type WaveCensus } from '../../domain/health/census-wave.ts';
import type { WorkloadRef } from '../../domain/mesh/observed-mesh.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import type { StepOf } from '../../domain/planning/step.ts';
import { describeTarget } from '../../domain/planning/wave-target.ts';
import type { WaveReport } from '../../domain/report.ts';
import { ActivityError } from '../errors.ts';
import { loadPlan, loadStep, recordOf } from '../load-plan.ts';
import { readWave } from '../restart/read-wave.ts';
import { readWaveWorkloads } from '../restart/wave-workloads.ts';
import type { RunRef, StepRef } from '../run-ref.ts';
import { lookUntil } from './look-until.ts';
import { openPodTargets, type PodTargets } from './pod-target.ts';
import { readUsers, type UsageCensus } from './read-users.ts';

/**
 * Counts, from the pods and from what istiod says of their proxies, how much of a wave is on the
 * target. Waits for what passes: a rollout that is just done has proxies that connect.
 */
export async function takeWaveCensus(
  access: ClusterAccess,
  ref: StepRef & { readonly failed?: Readonly<Record<string, string>> },
): Promise<WaveReport> {
  const { plan, step } = await loadStep(access, ref, ['wave']);
  const workloads = await readWaveWorkloads(recordOf(access, ref), step);
  const targets = await openPodTargets(access.worker, plan, step.target);
  const seen = await lookUntil(
    () => countWave(access, { workloads, targets, failed: ref.failed ?? {} }),
    ({ stragglers, mayPass }) => stragglers.length === 0 || !mayPass,
    plan.policy.census?.waitSeconds ?? 0,
  );
  if (seen.stragglers.length > 0) throw unfinished(plan, step, seen.stragglers);
  const { onTarget, pods, census, remarks } = seen;
  const exceptions = nameSomeWorkloads([...seen.exceptions, ...leftBehind(step)]);
  return {
    id: step.id,
    namespaces: step.namespaces,
    workloads: workloads.length,
    onTarget,
    pods,
    census,
    ...(remarks.length === 0 ? {} : { remarks }),
    ...(exceptions.length === 0 ? {} : { exceptions }),
  };
}

interface Counting {
  readonly workloads: readonly WorkloadRef[];
  readonly targets: PodTargets;
  readonly failed: Readonly<Record<string, string>>;
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
  stragglers: readonly string[],
): ActivityError {
  const asked = plan.policy.census?.connections ?? 'off';
  const wanted = `${describeTarget(plan, step)}${asked === 'off' ? '' : ', connected and synced'}`;
  return new ActivityError(
    'Unhealthy',
    `expected every pod of ${step.id} ready and ${wanted}; not so: ${listNames(stragglers)}`,
    [stragglers],
  );
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
