import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import { interpretPod, type PodFacts } from '../../domain/mesh/interpret-pods.ts';
import { joinPods } from '../../domain/mesh/join-pods.ts';
import type { RestartableKind, WorkloadRef } from '../../domain/mesh/observed-mesh.ts';

/** The live state of a wave's workloads at one moment. */
export interface WaveState {
  /** By uid; a workload that is gone is not in it. */
  readonly workloads: ReadonlyMap<string, KubernetesObject>;
  /** Pods by their workload's uid, finished ones left out. */
  readonly pods: ReadonlyMap<string, readonly PodFacts[]>;
}

const KIND_LISTS = {
  Deployment: RESOURCE_KINDS.deployment,
  StatefulSet: RESOURCE_KINDS.statefulSet,
  DaemonSet: RESOURCE_KINDS.daemonSet,
} as const satisfies Record<RestartableKind, unknown>;

/** One list per namespace and kind that the wave has, never one per workload. */
export async function readWave(
  kubernetes: KubernetesClient,
  workloads: readonly WorkloadRef[],
): Promise<WaveState> {
  const namespaces = [...new Set(workloads.map(({ namespace }) => namespace))];
  const lists = await Promise.all(
    namespaces.map(async (namespace) => {
      const kinds = new Set(
        workloads.filter((each) => each.namespace === namespace).map(({ kind }) => kind),
      );
      const [pods, replicaSets, ...owners] = await Promise.all([
        kubernetes.list(RESOURCE_KINDS.pod, { namespace }),
        kinds.has('Deployment')
          ? kubernetes.list(RESOURCE_KINDS.replicaSet, { namespace, metadataOnly: true })
          : [],
        ...[...kinds].map((kind) => kubernetes.list(KIND_LISTS[kind], { namespace })),
      ]);
      return { pods, replicaSets, owners: owners.flat() };
    }),
  );
  return joinWave(
    workloads,
    lists.flatMap(({ owners }) => owners),
    lists.flatMap(({ replicaSets }) => replicaSets),
    lists.flatMap(({ pods }) => pods),
  );
}

function joinWave(
  wanted: readonly WorkloadRef[],
  owners: readonly KubernetesObject[],
  replicaSets: readonly KubernetesObject[],
  pods: readonly KubernetesObject[],
): WaveState {
  const uids = new Set(wanted.map(({ uid }) => uid));
  const live = owners
    .filter(({ metadata }) => uids.has(metadata.uid ?? ''))
    .map((owner) => [owner.metadata.uid ?? '', owner] as const);
  return { workloads: new Map(live), pods: joinPods(pods.map(interpretPod), replicaSets) };
}
