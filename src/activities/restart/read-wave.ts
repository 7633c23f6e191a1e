import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import { interpretPod, type PodFacts } from '../../domain/mesh/interpret-pods.ts';
import { joinPods } from '../../domain/mesh/join-pods.ts';
import {
  RESTARTABLE_KINDS,
  type RestartableKind,
  type WorkloadRef,
} from '../../domain/mesh/observed-mesh.ts';
import { listIn } from '../list-in.ts';

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

/** One list per kind and namespace, or one per kind where they are many; never one per workload. */
export async function readWave(
  kubernetes: KubernetesClient,
  workloads: readonly WorkloadRef[],
): Promise<WaveState> {
  const placesOf = (kind?: RestartableKind): readonly string[] => [
    ...new Set(
      workloads
        .filter((each) => kind === undefined || each.kind === kind)
        .map(({ namespace }) => namespace),
    ),
  ];
  const [pods, replicaSets, ...owners] = await Promise.all([
    listIn(kubernetes, RESOURCE_KINDS.pod, placesOf()),
    listIn(kubernetes, RESOURCE_KINDS.replicaSet, placesOf('Deployment'), { metadataOnly: true }),
    ...RESTARTABLE_KINDS.map((kind) => listIn(kubernetes, KIND_LISTS[kind], placesOf(kind))),
  ]);
  return joinWave(workloads, owners.flat(), replicaSets, pods);
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
