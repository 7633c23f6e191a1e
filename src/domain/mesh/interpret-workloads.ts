import type { KubernetesObject } from '../kubernetes-object.ts';
import { INJECT_LABEL, PROXY_CONTAINER, PROXY_IMAGE_ANNOTATION } from './istio-labels.ts';
import { RESTARTABLE_KINDS, type LoosePod, type ObservedWorkload } from './observed-mesh.ts';
import type { PodFacts } from './interpret-pods.ts';
import { joinPods, workloadLookup } from './join-pods.ts';

interface WorkloadShape {
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: {
      readonly metadata?: {
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
      };
      readonly spec?: {
        readonly hostNetwork?: boolean;
        readonly containers?: readonly { readonly name: string; readonly image?: string }[];
      };
    };
  };
  readonly status?: { readonly desiredNumberScheduled?: number };
}

type IsInjected = (namespace: string, podLabels: Readonly<Record<string, string>>) => boolean;

export interface WorkloadSources {
  /** Deployments, StatefulSets and DaemonSets. */
  readonly workloads: readonly KubernetesObject[];
  /** Metadata of ReplicaSets: the link between a pod and its Deployment. */
  readonly replicaSets: readonly KubernetesObject[];
  readonly pods: readonly PodFacts[];
  /** Whether pods of this namespace, with these labels, get a proxy at their next start. */
  readonly isInjected: IsInjected;
}

export interface InterpretedWorkloads {
  readonly workloads: readonly ObservedWorkload[];
  readonly loosePods: readonly LoosePod[];
}

/** Joins pods to the workloads that own them, and keeps what is, or would be, in the mesh. */
export function interpretWorkloads(sources: WorkloadSources): InterpretedWorkloads {
  const known = new Map(
    sources.workloads.map((workload) => [workload.metadata.uid ?? '', workload]),
  );
  const podsOf = joinPods(sources.pods, sources.replicaSets);
  const workloadOf = workloadLookup(sources.replicaSets);
  const loosePods = sources.pods.flatMap((pod) => {
    const owned = known.has(workloadOf(pod) ?? '');
    const counts = !owned && !pod.finished && !pod.terminating;
    return counts && pod.revision !== undefined ? [looseOf(pod, pod.revision)] : [];
  });
  const workloads = [...known].flatMap(([uid, workload]) =>
    observeWorkload(workload, podsOf.get(uid) ?? [], sources.isInjected),
  );
  return { workloads, loosePods };
}

function looseOf(pod: PodFacts, revision: string): LoosePod {
  return {
    namespace: pod.namespace,
    name: pod.name,
    revision,
    owner: pod.owner === undefined ? 'nobody' : `${pod.owner.kind} ${pod.owner.name}`,
  };
}

function observeWorkload(
  workload: KubernetesObject,
  pods: readonly PodFacts[],
  isInjected: IsInjected,
): ObservedWorkload[] {
  const kind = RESTARTABLE_KINDS.find((each) => each === workload.kind);
  const namespace = workload.metadata.namespace ?? '';
  if (kind === undefined) return [];
  const shape = workload as KubernetesObject & WorkloadShape;
  const current = pods.filter(({ terminating }) => !terminating);
  const hasProxy = current.some(({ revision }) => revision !== undefined);
  const podLabels = shape.spec?.template?.metadata?.labels ?? {};
  if (!hasProxy && (!isInjected(namespace, podLabels) || optsOut(shape))) return [];

  const cannotRestart = whyProxyStays(shape.spec?.template);
  return [
    {
      kind,
      namespace,
      name: workload.metadata.name,
      uid: workload.metadata.uid ?? '',
      desiredPods:
        kind === 'DaemonSet'
          ? (shape.status?.desiredNumberScheduled ?? 0)
          : (shape.spec?.replicas ?? 1),
      readyPods: current.filter(({ ready }) => ready).length,
      podsByRevision: countByRevision(current),
      ...(cannotRestart === undefined ? {} : { cannotRestart }),
    },
  ];
}

function optsOut({ spec }: WorkloadShape): boolean {
  const template = spec?.template;
  return (
    template?.metadata?.labels?.[INJECT_LABEL] === 'false' ||
    template?.metadata?.annotations?.[INJECT_LABEL] === 'false' ||
    template?.spec?.hostNetwork === true
  );
}

function countByRevision(pods: readonly PodFacts[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { revision = 'none' } of pods) counts.set(revision, (counts.get(revision) ?? 0) + 1);
  // fromEntries defines own members, whatever a pod's annotation calls its revision.
  return Object.fromEntries(counts);
}

type Template = NonNullable<WorkloadShape['spec']>['template'];

/** Why a new pod would not bring a new proxy. */

function whyProxyStays(template: Template): string | undefined {
  const proxy = template?.spec?.containers?.find(({ name }) => name === PROXY_CONTAINER);
  if (proxy !== undefined && proxy.image !== 'auto') {
    return `its pod template carries a proxy of its own (${proxy.image ?? 'no image'}): it was injected by hand`;
  }
  const pinned = template?.metadata?.annotations?.[PROXY_IMAGE_ANNOTATION];
  return pinned === undefined ? undefined : `its proxy image is pinned to ${pinned}`;
}
