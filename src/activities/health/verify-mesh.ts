import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import { listNames } from '../../domain/health/assess-workloads.ts';
import { censusPods, type PodsCensus } from '../../domain/health/census-wave.ts';
import { interpretPod, type PodFacts } from '../../domain/mesh/interpret-pods.ts';
import { usersOf } from '../../domain/mesh/users-of.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import { describeCensus } from '../../domain/rollout/describe-census.ts';
import { describeCount } from '../../domain/rollout/describe-count.ts';
import { ActivityError } from '../errors.ts';
import { inspectMesh } from '../inspect-mesh.ts';
import { loadPlan } from '../load-plan.ts';
import { verifyMeshInPlace } from '../in-place/verify-mesh-in-place.ts';
import { verifyRefreshed } from '../refresh/verify-refreshed.ts';
import type { StepRef } from '../run-ref.ts';
import { lookUntil } from './look-until.ts';
import { openPodTargets } from './pod-target.ts';

/** After the removal: one control plane, every tag, validator and proxy on it, nothing left behind. */
export async function verifyMesh(
  access: ClusterAccess,
  ref: StepRef & { readonly failed?: Readonly<Record<string, string>> },
): Promise<string> {
  const plan = await loadPlan(access, ref);
  if (plan.strategy === 'refresh') return verifyRefreshed(access, plan, ref.failed ?? {});
  if (plan.strategy === 'in-place') return verifyMeshInPlace(access, plan, ref.failed ?? {});
  const { to, from } = plan;
  const mesh = await inspectMesh(access.worker, ref);
  const wrong = [
    ...mesh.controlPlanes
      .filter(({ revision }) => revision !== to.revision)
      .map(({ revision }) => `control plane ${revision} is still there`),
    ...mesh.controlPlanes
      .filter(({ replicas, readyReplicas }) => readyReplicas < replicas)
      .map(
        ({ revision, readyReplicas, replicas }) =>
          `${revision}: ${readyReplicas} of ${replicas} ready`,
      ),
    ...usersOf(mesh, from.revision),
    ...mesh.workloads
      .filter(({ readyPods, desiredPods }) => readyPods < desiredPods)
      .map(({ namespace, name }) => `${namespace}/${name} is not ready`),
  ];
  if (wrong.length > 0) throw notWhollyOn(to.revision, wrong);
  const { pods, census, problems, remarks } = await countMesh(access, plan);
  if (problems.length > 0) throw notWhollyOn(to.revision, problems);
  const onTarget = mesh.workloads.filter(
    ({ podsByRevision }) => (podsByRevision[to.revision] ?? 0) > 0,
  );
  const workloads = `${onTarget.length} of ${describeCount(mesh.workloads.length, 'meshed workload')} on ${to.revision}`;
  return [workloads, `${describeCount(pods, 'pod')}: ${describeCensus(census)}`, ...remarks].join(
    '; ',
  );
}

function notWhollyOn(revision: string, wrong: readonly string[]): ActivityError {
  return new ActivityError(
    'Unhealthy',
    `the mesh is not wholly on ${revision}: ${listNames(wrong)}`,
    [wrong],
  );
}

/** Every ready pod with a proxy of the target, whoever owns it, and what istiod says of it. */
async function countMesh(access: ClusterAccess, plan: UpgradePlan): Promise<PodsCensus> {
  const targets = await openPodTargets(access.worker, plan);
  const isCounted = (pod: PodFacts): boolean =>
    pod.revision === plan.to.revision && pod.ready && !pod.terminating && !pod.finished;
  return lookUntil(
    async () => {
      const pods = await access.worker.collect(RESOURCE_KINDS.pod, {}, (object) => {
        const pod = interpretPod(object);
        return isCounted(pod) ? pod : undefined;
      });
      return censusPods(pods, await targets());
    },
    ({ problems, mayPass }) => problems.length === 0 || !mayPass,
    plan.policy.census?.waitSeconds ?? 0,
  );
}
