import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import { interpretPod, type PodFacts } from '../../domain/mesh/interpret-pods.ts';
import { joinPods } from '../../domain/mesh/join-pods.ts';
import type { RestartableKind, WorkloadRef } from '../../domain/mesh/observed-mesh.ts';
import { listIn } from '../list-in.ts';
import type { WaveSight } from './wave-view.ts';

/** The live state of a wave's workloads at one moment. */
export interface WaveState {
  /** By uid; a workload that is gone is not in it. */
  readonly workloads: ReadonlyMap<string, KubernetesObject>;
  /** Pods by their workload's uid, finished ones left out. */
  readonly pods: ReadonlyMap<string, readonly PodFacts[]>;
}

/** Pods are listed for all of them; a bare one is its own. */
const KIND_LISTS = {
  Deployment: RESOURCE_KINDS.deployment,
  StatefulSet: RESOURCE_KINDS.statefulSet,
  DaemonSet: RESOURCE_KINDS.daemonSet,
  ReplicaSet: RESOURCE_KINDS.replicaSet,
  Rollout: RESOURCE_KINDS.argoRollout,
} as const satisfies Record<Exclude<RestartableKind, 'Pod'>, unknown>;
const LISTED_KINDS = Object.keys(KIND_LISTS) as readonly (keyof typeof KIND_LISTS)[];

/** One list per kind and namespace, or one per kind where they are many; never one per workload. */
export async function readWave(
  kubernetes: KubernetesClient,
  workloads: readonly WorkloadRef[],
): Promise<WaveState> {
  const placesOf = (...kinds: readonly RestartableKind[]): readonly string[] => [
    ...new Set(
      workloads
        .filter(({ kind }) => kinds.length === 0 || kinds.includes(kind))
        .map(({ namespace }) => namespace),
    ),
  ];
  const [pods, replicaSets, ...owners] = await Promise.all([
    listIn(kubernetes, RESOURCE_KINDS.pod, placesOf()),
    listIn(kubernetes, RESOURCE_KINDS.replicaSet, placesOf('Deployment', 'Rollout'), {
      metadataOnly: true,
    }),
    ...LISTED_KINDS.map((kind) => listIn(kubernetes, KIND_LISTS[kind], placesOf(kind))),
  ]);
  return seeWave(workloads, {
    workloads: owners.flat(),
    replicaSets,
    pods: pods.map(interpretPod),
  });
}

type Facts = Pick<WaveSight, 'workloads' | 'replicaSets' | 'pods'>;

/** The same from what a view shows. */
export function seeWave(wanted: readonly WorkloadRef[], sight: Facts): WaveState {
  const uids = new Set(wanted.map(({ uid }) => uid));
  const live = sight.workloads
    .filter(({ metadata }) => uids.has(metadata.uid ?? ''))
    .map((owner) => [owner.metadata.uid ?? '', owner] as const);
  const bare = joinBarePods(wanted, sight.pods);
  return {
    workloads: new Map([
      ...live,
      ...bare.map(([uid, { namespace, name }]) => [uid, podObject(namespace, name)] as const),
    ]),
    pods: new Map([
      ...joinPods(sight.pods, sight.replicaSets),
      ...bare.map(([uid, pod]) => [uid, [pod]] as const),
    ]),
  };
}

/** Pods that are workloads themselves, by the planned uid: made again they have another one. */
function joinBarePods(
  wanted: readonly WorkloadRef[],
  pods: readonly PodFacts[],
): readonly (readonly [string, PodFacts])[] {
  const refs = wanted.filter(({ kind }) => kind === 'Pod');
  if (refs.length === 0) return [];
  const byName = new Map(pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod]));
  return refs.flatMap(({ namespace, name, uid }) => {
    const pod = byName.get(`${namespace}/${name}`);
    return pod === undefined ? [] : [[uid, pod] as const];
  });
}

/** As much of a pod as says that it is there. */
function podObject(namespace: string, name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name } };
}
