import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { listNames } from '../../domain/health/assess-workloads.ts';
import { censusWave } from '../../domain/health/census-wave.ts';
import { usersOf } from '../../domain/mesh/users-of.ts';
import { describeTarget, onTargetOf } from '../../domain/planning/wave-target.ts';
import type { WaveReport } from '../../domain/report.ts';
import { describeCount } from '../../domain/rollout/describe-count.ts';
import { ActivityError } from '../errors.ts';
import { inspectMesh } from '../inspect-mesh.ts';
import { loadPlan, loadStep, recordOf } from '../load-plan.ts';
import { readWave } from '../restart/read-wave.ts';
import { readWaveWorkloads } from '../restart/wave-workloads.ts';
import type { RunRef, StepRef } from '../run-ref.ts';

/** Counts, from the pods themselves, how much of a wave is on the target: injected by it and ready. */
export async function takeWaveCensus(
  access: ClusterAccess,
  ref: StepRef & { readonly failed?: Readonly<Record<string, string>> },
): Promise<WaveReport> {
  const { plan, step } = await loadStep(access, ref, ['wave']);
  const workloads = await readWaveWorkloads(recordOf(access, ref), step);
  const live = await readWave(access.worker, workloads);
  const { stragglers, exceptions, onTarget, pods } = censusWave(
    workloads.map((each) => ({
      ref: each,
      isThere: live.workloads.has(each.uid),
      pods: live.pods.get(each.uid) ?? [],
    })),
    onTargetOf(plan, step),
    ref.failed,
  );
  if (stragglers.length > 0) {
    throw new ActivityError(
      'Unhealthy',
      `expected every pod of ${step.id} ready and ${describeTarget(plan, step)}; not so: ${listNames(stragglers)}`,
      [stragglers],
    );
  }
  return {
    id: step.id,
    namespaces: step.namespaces,
    workloads: workloads.length,
    onTarget,
    pods,
    ...(exceptions.length === 0 ? {} : { exceptions }),
  };
}

/** Who still uses the old revision. Empty is the only answer that lets it be removed. */
export async function takeUsageCensus(
  access: ClusterAccess,
  run: RunRef,
  revision: string,
): Promise<readonly string[]> {
  return usersOf(await inspectMesh(access.worker, run), revision);
}

/** After the removal: one control plane, every tag, validator and proxy on it, nothing left behind. */
export async function verifyMesh(access: ClusterAccess, ref: StepRef): Promise<string> {
  const { to, from } = await loadPlan(access, ref);
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
  if (wrong.length > 0) {
    throw new ActivityError(
      'Unhealthy',
      `the mesh is not wholly on ${to.revision}: ${listNames(wrong)}`,
      [wrong],
    );
  }
  const onTarget = mesh.workloads.filter(
    ({ podsByRevision }) => (podsByRevision[to.revision] ?? 0) > 0,
  );
  return `${onTarget.length} of ${describeCount(mesh.workloads.length, 'meshed workload')} on ${to.revision}`;
}
