import type { KubernetesClient } from '../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../clients/resource-kinds.ts';
import { compareText, type KubernetesObject } from '../domain/kubernetes-object.ts';
import { interpretControlPlanes, interpretTags } from '../domain/mesh/interpret-control-planes.ts';
import { interpretPod, type PodFacts } from '../domain/mesh/interpret-pods.ts';
import { interpretWorkloads } from '../domain/mesh/interpret-workloads.ts';
import { DEFAULT_VALIDATOR, INJECTION_LABEL, REVISION_LABEL } from '../domain/mesh/istio-labels.ts';
import type { MeshOwner, ObservedMesh, ObservedNamespace } from '../domain/mesh/observed-mesh.ts';
import { chooseRevision, selectRevision } from '../domain/mesh/select-revision.ts';
import { slimLink } from './inventory/slim-objects.ts';
import { readOwner } from './record/owner-record.ts';

export interface InspectTarget {
  readonly cluster: string;
  readonly meshNamespace: string;
}

/** Every istiod Deployment. */
export const ISTIOD_SELECTOR = 'app=istiod';

/** The cluster's identity: the uid of `kube-system`, which lives as long as the cluster does. */
export async function readClusterUid(kubernetes: KubernetesClient): Promise<string> {
  return clusterUidOf(
    await kubernetes.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }),
  );
}

/** The cluster's identity, by its namespace `kube-system`. */
export function clusterUidOf(kubeSystem: KubernetesObject | undefined): string {
  const uid = kubeSystem?.metadata.uid;
  if (uid === undefined) {
    throw new Error(
      'expected the namespace kube-system with a uid, found none: is this a cluster?',
    );
  }
  return uid;
}

/** What is read of a cluster to see the mesh in it. */
export interface MeshObjects {
  readonly clusterUid: string;
  /** `v1.33.1`. */
  readonly kubernetesVersion: string;
  /** Deployments with the label `app=istiod` in the mesh namespace. */
  readonly istiods: readonly KubernetesObject[];
  readonly mutatingWebhooks: readonly KubernetesObject[];
  readonly defaultValidator?: KubernetesObject;
  readonly namespaces: readonly KubernetesObject[];
  /** Deployments, StatefulSets and DaemonSets. */
  readonly workloads: readonly KubernetesObject[];
  /** Metadata only. */
  readonly replicaSets: readonly KubernetesObject[];
  readonly pods: readonly PodFacts[];
  readonly owner?: MeshOwner;
}

/** Reads what there is of a mesh: one paged list per kind, nothing per workload. Writes nothing. */
export async function inspectMesh(
  kubernetes: KubernetesClient,
  target: InspectTarget,
): Promise<ObservedMesh> {
  const { meshNamespace } = target;
  const [
    clusterUid,
    kubernetesVersion,
    istiods,
    mutatingWebhooks,
    defaultValidator,
    namespaces,
    workloads,
    replicaSets,
    pods,
    owner,
  ] = await Promise.all([
    readClusterUid(kubernetes),
    kubernetes.serverVersion(),
    kubernetes.list(RESOURCE_KINDS.deployment, {
      namespace: meshNamespace,
      labelSelector: ISTIOD_SELECTOR,
    }),
    kubernetes.list(RESOURCE_KINDS.mutatingWebhook),
    kubernetes.get({
      apiVersion: RESOURCE_KINDS.validatingWebhook.apiVersion,
      kind: RESOURCE_KINDS.validatingWebhook.kind,
      name: DEFAULT_VALIDATOR,
    }),
    kubernetes.list(RESOURCE_KINDS.namespace),
    listWorkloads(kubernetes),
    kubernetes.collect(RESOURCE_KINDS.replicaSet, { metadataOnly: true }, slimLink),
    kubernetes.collect(RESOURCE_KINDS.pod, {}, interpretPod),
    readOwner(kubernetes, meshNamespace),
  ]);
  return observeMesh(
    {
      clusterUid,
      kubernetesVersion,
      istiods,
      mutatingWebhooks,
      ...(defaultValidator === undefined ? {} : { defaultValidator }),
      namespaces,
      workloads,
      replicaSets,
      pods,
      ...(owner === undefined ? {} : { owner }),
    },
    target,
  );
}

/** Whether a Deployment is a control plane of this mesh. */
export function isIstiod({ metadata }: KubernetesObject, meshNamespace: string): boolean {
  return metadata.namespace === meshNamespace && metadata.labels?.['app'] === 'istiod';
}

/** The mesh in what was read of its cluster. */
export function observeMesh(objects: MeshObjects, target: InspectTarget): ObservedMesh {
  const { clusterUid, kubernetesVersion, replicaSets, pods, owner } = objects;
  const controlPlanes = interpretControlPlanes(objects.istiods);
  const tags = interpretTags(objects.mutatingWebhooks);
  const namespaces = objects.namespaces
    .map((namespace) => observeNamespace(namespace, { controlPlanes, tags }))
    .sort((a, b) => compareText(a.name, b.name));
  const selections = new Map(namespaces.map(({ name, selection }) => [name, selection.kind]));
  const { workloads, loosePods } = interpretWorkloads({
    workloads: objects.workloads,
    replicaSets,
    pods,
    isInjected: (namespace, podLabels) => {
      const selection = selections.get(namespace) ?? 'nothing';
      if (selection === 'unlabelled') return chooseRevision(podLabels, { controlPlanes, tags });
      return ['tag', 'revision', 'injection-label'].includes(selection);
    },
  });
  const validatorRevision = objects.defaultValidator?.metadata.labels?.[REVISION_LABEL];

  return {
    cluster: target.cluster,
    clusterUid,
    kubernetesVersion,
    meshNamespace: target.meshNamespace,
    controlPlanes,
    tags,
    ...(validatorRevision === undefined ? {} : { defaultValidatorRevision: validatorRevision }),
    namespaces,
    workloads: [...workloads].sort(byPlace),
    loosePods: [...loosePods].sort(byPlace),
    ...(owner === undefined ? {} : { owner }),
  };
}

/** The kinds that are restarted. */
export const WORKLOAD_KINDS = [
  RESOURCE_KINDS.deployment,
  RESOURCE_KINDS.statefulSet,
  RESOURCE_KINDS.daemonSet,
] as const;

/** Deployments, StatefulSets and DaemonSets of all namespaces. */
export async function listWorkloads(kubernetes: KubernetesClient): Promise<KubernetesObject[]> {
  const lists = await Promise.all(WORKLOAD_KINDS.map((kind) => kubernetes.list(kind)));
  return lists.flat();
}

function observeNamespace(
  { metadata }: KubernetesObject,
  known: Parameters<typeof selectRevision>[1],
): ObservedNamespace {
  const labels = Object.fromEntries(
    Object.entries(metadata.labels ?? {}).filter(
      ([key]) => key === INJECTION_LABEL || key === REVISION_LABEL,
    ),
  );
  return {
    name: metadata.name,
    uid: metadata.uid ?? '',
    labels,
    selection: selectRevision(labels, known),
  };
}

function byPlace(
  a: { readonly namespace: string; readonly name: string; readonly kind?: string },
  b: { readonly namespace: string; readonly name: string; readonly kind?: string },
): number {
  return (
    compareText(a.namespace, b.namespace) ||
    compareText(a.kind ?? '', b.kind ?? '') ||
    compareText(a.name, b.name)
  );
}
