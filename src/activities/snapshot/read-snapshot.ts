import { digestOf } from '../../clients/digest.ts';
import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import { interpretPod } from '../../domain/mesh/interpret-pods.ts';
import { interpretWorkloads } from '../../domain/mesh/interpret-workloads.ts';
import { projectSnapshot } from '../../domain/snapshot/project-snapshot.ts';
import type { Snapshot } from '../../domain/snapshot/snapshot.ts';
import { listWorkloads } from '../inspect-mesh.ts';
import { RECORD_LABELS } from '../record/record-names.ts';

/** Reads the projection of a cluster that "restored" compares. */
export async function readSnapshot(
  kubernetes: KubernetesClient,
  meshNamespace: string,
): Promise<Snapshot> {
  const inMesh = { namespace: meshNamespace };
  const [namespaces, mutating, validating, configMaps, hpas, pdbs, services] = await Promise.all([
    kubernetes.list(RESOURCE_KINDS.namespace),
    kubernetes.list(RESOURCE_KINDS.mutatingWebhook),
    kubernetes.list(RESOURCE_KINDS.validatingWebhook),
    kubernetes.list(RESOURCE_KINDS.configMap, inMesh),
    kubernetes.list(RESOURCE_KINDS.horizontalPodAutoscaler, inMesh),
    kubernetes.list(RESOURCE_KINDS.podDisruptionBudget, inMesh),
    kubernetes.list(RESOURCE_KINDS.service, inMesh),
  ]);
  const [workloads, replicaSets, pods] = await Promise.all([
    listWorkloads(kubernetes),
    kubernetes.list(RESOURCE_KINDS.replicaSet, { metadataOnly: true }),
    kubernetes.list(RESOURCE_KINDS.pod),
  ]);
  const meshed = interpretWorkloads({
    workloads,
    replicaSets,
    pods: pods.map(interpretPod),
    isInjected: () => false,
  });
  return projectSnapshot({
    namespaces,
    webhookConfigurations: [...mutating, ...validating],
    meshObjects: [...configMaps.filter(isConfiguration), ...hpas, ...pdbs, ...services],
    workloads,
    meshed: meshed.workloads,
    digest: (value) => digestOf(value ?? null),
  });
}

/** istiod's leader locks change all the time, and our own record is not part of the mesh. */
function isConfiguration({ metadata }: KubernetesObject): boolean {
  const annotations = metadata.annotations ?? {};
  const isLock = Object.hasOwn(annotations, 'control-plane.alpha.kubernetes.io/leader');
  const [ownLabel, ownValue] = Object.entries(RECORD_LABELS)[0] ?? [];
  const isOurs = ownLabel !== undefined && metadata.labels?.[ownLabel] === ownValue;
  return !isLock && !isOurs;
}
