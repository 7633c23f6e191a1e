import type { KubernetesObject } from '../kubernetes-object.ts';
import { PROXY_CONTAINER, PROXY_IMAGE_ANNOTATION, REVISION_ANNOTATION } from './istio-labels.ts';

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
}

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
}

interface Container {
  readonly name: string;
  readonly image?: string;
  /** `Always` makes an init container a native sidecar. */
  readonly restartPolicy?: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

interface PodShape {
  readonly spec?: {
    readonly containers?: readonly Container[];
    readonly initContainers?: readonly Container[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

/** What meshlift needs to know of one pod. */
export interface PodFacts {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** The revision that injected it (annotation, then proxy container); absent without a proxy. */
  readonly revision?: string;
  readonly proxyImage?: string;
  /** The image that its annotation asks for, whoever injects it. */
  readonly pinnedImage?: string;
  /** The cluster that its proxy says it is in. */
  readonly meshCluster?: string;
  readonly ready: boolean;
  /** Containers, native sidecars included, of which the kubelet does not say that they are ready; absent when it says so of all. */
  readonly unready?: readonly string[];
  readonly terminating: boolean;
  /** Succeeded or Failed: it serves nobody and comes back never. */
  readonly finished: boolean;
  readonly restarts: number;
  /** A waiting reason that does not go away by itself, such as `CrashLoopBackOff`. */
  readonly trouble?: string;
  /** Why the scheduler finds no node for it, when it does not. */
  readonly unscheduled?: string;
  readonly owner?: { readonly kind: string; readonly name: string; readonly uid: string };
}

/** Reasons of a waiting container that mean "it will not get better by waiting a little". */
const TROUBLE_REASONS = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** Reads one pod. */
export function interpretPod(pod: KubernetesObject): PodFacts {
  const { metadata } = pod;
  const { spec, status } = pod as KubernetesObject & PodShape;
  const unscheduled = status?.conditions?.find(
    ({ type, status: is }) => type === 'PodScheduled' && is === 'False',
  );
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    ...proxyFacts(metadata.annotations ?? {}, spec),
    ready:
      status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ??
      false,
    terminating: metadata.deletionTimestamp !== undefined,
    finished: status?.phase === 'Succeeded' || status?.phase === 'Failed',
    ...containerFacts(spec, status),
    ...(unscheduled === undefined
      ? {}
      : { unscheduled: unscheduled.message ?? 'the scheduler does not say why' }),
    ...(owner === undefined
      ? {}
      : { owner: { kind: owner.kind, name: owner.name, uid: owner.uid } }),
  };
}

function proxyFacts(
  annotations: Readonly<Record<string, string>>,
  spec: PodShape['spec'],
): Pick<PodFacts, 'revision' | 'proxyImage' | 'pinnedImage' | 'meshCluster'> {
  const proxy = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find(
    ({ name }) => name === PROXY_CONTAINER,
  );
  const proxyImage = proxy?.image;
  const pinnedImage = annotations[PROXY_IMAGE_ANNOTATION];
  const meshCluster = proxy?.env?.find(({ name }) => name === CLUSTER_VARIABLE)?.value;
  const revision =
    annotations[REVISION_ANNOTATION] ?? (proxyImage === undefined ? undefined : 'unknown');
  return {
    ...(revision === undefined ? {} : { revision }),
    ...(proxyImage === undefined ? {} : { proxyImage }),
    ...(pinnedImage === undefined ? {} : { pinnedImage }),
    ...(meshCluster === undefined ? {} : { meshCluster }),
  };
}

function containerFacts(
  spec: PodShape['spec'],
  status: PodShape['status'],
): Pick<PodFacts, 'unready' | 'restarts' | 'trouble'> {
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const unready = unreadyOf(spec, statuses);
  const trouble = statuses
    .map(({ state }) => state?.waiting?.reason)
    .find((reason) => reason !== undefined && TROUBLE_REASONS.has(reason));
  return {
    ...(unready.length === 0 ? {} : { unready }),
    restarts: statuses.reduce((sum, { restartCount }) => sum + (restartCount ?? 0), 0),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

/** What the injector tells the proxy of its cluster, and the proxy istiod. */
const CLUSTER_VARIABLE = 'ISTIO_META_CLUSTER_ID';

/** Of a pod of which the kubelet has said nothing yet, none: its condition Ready tells. */
function unreadyOf(
  spec: PodShape['spec'],
  statuses: readonly ContainerStatus[],
): readonly string[] {
  if (statuses.length === 0) return [];
  const sidecars = (spec?.initContainers ?? []).filter(
    ({ restartPolicy }) => restartPolicy === 'Always',
  );
  const ready = new Set(statuses.filter((each) => each.ready === true).map(({ name }) => name));
  return [...(spec?.containers ?? []), ...sidecars]
    .map(({ name }) => name)
    .filter((name) => !ready.has(name));
}
