import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import {
  countControlPlanePods,
  progressOfControlPlane,
} from '../../domain/health/control-plane-pods.ts';
import type { Verdict } from '../../domain/health/verdict.ts';
import type { Known } from '../../domain/inventory/known.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import type { ControlPlanePods } from '../../domain/progress.ts';
import { describeControlPlane } from '../../domain/rollout/describe-control-plane.ts';
import type { Heart } from '../heartbeat.ts';
import { readKnown } from '../inventory/read-known.ts';

/** What a wait for the control plane calls with each look. */
export type Tell = () => Promise<void>;

/**
 * Tells with each look, by the heartbeat, which pods of the control plane serve, come and go, and at
 * the end what that came to. What cannot be read is not told: the wait itself judges.
 */
export async function showControlPlane(
  access: ClusterAccess,
  { meshNamespace, to }: Pick<UpgradePlan, 'meshNamespace' | 'to'>,
  heart: Pick<Heart, 'beat'>,
  wait: (tell: Tell) => Promise<Verdict>,
): Promise<Verdict> {
  const verdict = await wait(async () => {
    const pods = await readPods(access, meshNamespace);
    if (pods.kind === 'known') heart.beat(progressOfControlPlane(pods.value, to));
  });
  const pods = await readPods(access, meshNamespace);
  if (pods.kind === 'unknown') return verdict;
  const message = describeControlPlane(pods.value);
  const told = { type: 'ControlPlanePods', status: 'Healthy', message } as const;
  return { ...verdict, conditions: [...verdict.conditions, told] };
}

async function readPods(
  { worker }: ClusterAccess,
  namespace: string,
): Promise<Known<readonly ControlPlanePods[]>> {
  const options = { namespace, labelSelector: 'app=istiod' };
  const pods = await readKnown(worker.collect(RESOURCE_KINDS.pod, options, (pod) => pod));
  return pods.kind === 'unknown'
    ? pods
    : { kind: 'known', value: countControlPlanePods(pods.value) };
}
