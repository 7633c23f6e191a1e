import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { listNames } from '../../domain/health/assess-workloads.ts';
import { censusWave } from '../../domain/health/census-wave.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import type { StepOf } from '../../domain/planning/step.ts';
import { describeCount } from '../../domain/rollout/describe-count.ts';
import { ActivityError } from '../errors.ts';
import { openPodTargets } from '../health/pod-target.ts';
import { readWave } from '../restart/read-wave.ts';

/** At the end: whatever the waves restarted still has the proxy that it was to have, and is ready. */
export async function verifyRefreshed(
  access: ClusterAccess,
  plan: UpgradePlan,
  failed: Readonly<Record<string, string>>,
): Promise<string> {
  const waves = plan.steps.filter((step): step is StepOf<'wave'> => step.kind === 'wave');
  const workloads = waves.flatMap((wave) => wave.workloads);
  const live = await readWave(access.worker, workloads);
  const counted = workloads.map((ref) => ({
    ref,
    isThere: live.workloads.has(ref.uid),
    pods: live.pods.get(ref.uid) ?? [],
  }));
  const targets = await openPodTargets(access.worker, plan, waves[0]?.target);
  const census = censusWave(counted, await targets(), failed);
  const stragglers = Object.values(census.stragglers);
  if (stragglers.length === 0) {
    return `${census.onTarget} of ${describeCount(workloads.length, 'restarted workload')} with a proxy of ${plan.to.version}`;
  }
  throw new ActivityError(
    'Unhealthy',
    `expected everything that was restarted to be ready with a proxy of ${plan.to.version}; not so: ${listNames(stragglers)}`,
    [stragglers],
  );
}
