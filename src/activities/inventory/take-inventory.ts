import type { ClusterAccess } from '../../clients/cluster-access.ts';
import type { KubernetesClient } from '../../clients/kubernetes.ts';
import type { InjectorPolicies } from '../../domain/inventory/injector-policy.ts';
import type { MeshInventory } from '../../domain/inventory/inventory.ts';
import type { RevisionConfigMaps } from '../../domain/inventory/interpret-control-plane-detail.ts';
import type { EndpointFacts } from '../../domain/inventory/interpret-services.ts';
import type { Known } from '../../domain/inventory/known.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import { DEFAULT_VALIDATOR, REVISION_LABEL } from '../../domain/mesh/istio-labels.ts';
import type { ObservedMesh } from '../../domain/mesh/observed-mesh.ts';
import { clusterUidOf, isIstiod, observeMesh, type InspectTarget } from '../inspect-mesh.ts';
import { assembleInventory } from './assemble-inventory.ts';
import { readBareReplicaSets } from './read-bare-replica-sets.ts';
import { readCluster, type ClusterReading } from './read-cluster.ts';
import { readConnectedProxies } from './read-connected-proxies.ts';
import { itemsOf } from './read-known.ts';
import { readEndpoints } from './read-endpoints.ts';
import { readExtensions, type Extensions } from './read-extensions.ts';
import { readInjectorPolicies, readRevisionConfigMaps } from './read-revisions.ts';

/** What is asked for once it is known which revisions and kinds there are. */
export interface MeshReading {
  readonly configMaps: readonly RevisionConfigMaps[];
  readonly policies: InjectorPolicies;
  readonly connectedProxies: MeshInventory['connectedProxies'];
  /** By namespace. */
  readonly endpoints: ReadonlyMap<string, Known<readonly EndpointFacts[]>>;
  readonly bareReplicaSets: Known<readonly KubernetesObject[]>;
  readonly extensions: Extensions;
}

/**
 * Reads all that planning looks at. Each collection is listed once, in pages of which only the needed
 * parts are kept; requests grow with the revisions and the kinds, not with the pods. Writes nothing
 * and never reads a Secret.
 */
export async function takeInventory(
  access: ClusterAccess,
  target: InspectTarget,
): Promise<MeshInventory> {
  const kubernetes = access.worker;
  const cluster = await readCluster(kubernetes, target.meshNamespace);
  const reading = await readMesh(kubernetes, cluster, meshIn(cluster, target, []));
  // What else has pods is known only now.
  const others = [...itemsOf(reading.bareReplicaSets), ...itemsOf(reading.extensions.rollouts)];
  const mesh = meshIn(cluster, target, [
    ...cluster.deployments,
    ...cluster.statefulSets,
    ...cluster.daemonSets,
    ...others,
  ]);
  return assembleInventory({ cluster, mesh, reading });
}

function meshIn(
  cluster: ClusterReading,
  target: InspectTarget,
  workloads: readonly KubernetesObject[],
): ObservedMesh {
  const { deployments, validatingWebhooks, ...objects } = cluster;
  const validator = validatingWebhooks.find(({ metadata }) => metadata.name === DEFAULT_VALIDATOR);
  return observeMesh(
    {
      ...objects,
      clusterUid: clusterUidOf(
        cluster.namespaces.find(({ metadata }) => metadata.name === 'kube-system'),
      ),
      istiods: deployments.filter((each) => isIstiod(each, target.meshNamespace)),
      ...(validator === undefined ? {} : { defaultValidator: validator }),
      workloads,
    },
    target,
  );
}

async function readMesh(
  kubernetes: KubernetesClient,
  cluster: ClusterReading,
  mesh: ObservedMesh,
): Promise<MeshReading> {
  const { meshNamespace } = mesh;
  const webhooks = [...cluster.mutatingWebhooks, ...cluster.validatingWebhooks];
  const revisions = mesh.controlPlanes.map(({ revision }) => revision);
  // A webhook may stand for a revision that has no istiod any more, or none here.
  const injecting = cluster.mutatingWebhooks.flatMap(
    ({ metadata }) => metadata.labels?.[REVISION_LABEL] ?? [],
  );
  const [configMaps, policies, connectedProxies, endpoints, bareReplicaSets, extensions] =
    await Promise.all([
      readRevisionConfigMaps(kubernetes, meshNamespace, revisions),
      readInjectorPolicies(kubernetes, meshNamespace, [...new Set([...revisions, ...injecting])]),
      readConnectedProxies(kubernetes, mesh, cluster.pods),
      readEndpoints(kubernetes, webhooks),
      readBareReplicaSets(kubernetes, cluster.replicaSets),
      readExtensions(kubernetes, cluster.crds),
    ]);
  return { configMaps, policies, connectedProxies, endpoints, bareReplicaSets, extensions };
}
