import type { KubernetesObject } from '../kubernetes-object.ts';
import { PROXY_CONTAINER, REVISION_ANNOTATION } from './istio-labels.ts';

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
}

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
}

interface PodShape {
  readonly spec?: {
    readonly containers?: readonly { readonly name: string; readonly image?: string }[];
    readonly initContainers?: readonly { readonly name: string; readonly image?: string }[];
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
  readonly ready: boolean;
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
  const proxyImage = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find(
    ({ name }) => name === PROXY_CONTAINER,
  )?.image;
  const revision =
    metadata.annotations?.[REVISION_ANNOTATION] ??
    (proxyImage === undefined ? undefined : 'unknown');
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  const trouble = statuses
    .map(({ state }) => state?.waiting?.reason)
    .find((reason) => reason !== undefined && TROUBLE_REASONS.has(reason));
  const unscheduled = status?.conditions?.find(
    ({ type, status: is }) => type === 'PodScheduled' && is === 'False',
  );
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    ...(revision === undefined ? {} : { revision }),
    ...(proxyImage === undefined ? {} : { proxyImage }),
    ready:
      status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ??
      false,
    terminating: metadata.deletionTimestamp !== undefined,
    finished: status?.phase === 'Succeeded' || status?.phase === 'Failed',
    restarts: statuses.reduce((sum, { restartCount }) => sum + (restartCount ?? 0), 0),
    ...(trouble === undefined ? {} : { trouble }),
    ...(unscheduled === undefined
      ? {}
      : { unscheduled: unscheduled.message ?? 'the scheduler does not say why' }),
    ...(owner === undefined
      ? {}
      : { owner: { kind: owner.kind, name: owner.name, uid: owner.uid } }),
  };
}
