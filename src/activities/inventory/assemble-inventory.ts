import { answerDefaults } from '../../domain/inventory/answer-defaults.ts';
import type { ControlPlaneDetail } from '../../domain/inventory/control-plane-detail.ts';
import { interpretCapacity } from '../../domain/inventory/interpret-capacity.ts';
import { interpretControlPlaneDetail } from '../../domain/inventory/interpret-control-plane-detail.ts';
import { interpretGateways } from '../../domain/inventory/interpret-gateways.ts';
import { interpretLoosePods } from '../../domain/inventory/interpret-loose-pods.ts';
import { interpretNamespaceDetails } from '../../domain/inventory/interpret-namespace-detail.ts';
import { interpretNodeAgents } from '../../domain/inventory/interpret-node-agents.ts';
import { interpretOperators } from '../../domain/inventory/interpret-operators.ts';
import { caBundleDigest } from '../../domain/inventory/interpret-root-certificates.ts';
import { interpretAnnotations } from '../../domain/inventory/interpret-sensitive.ts';
import {
  interpretInjectors,
  interpretValidators,
} from '../../domain/inventory/interpret-webhooks.ts';
import { interpretWorkloadDetails } from '../../domain/inventory/interpret-workload-detail.ts';
import type { MeshInventory } from '../../domain/inventory/inventory.ts';
import { known, unknown } from '../../domain/inventory/known.ts';
import { predictInjection } from '../../domain/inventory/predict-injection.ts';
import { progressiveDelivery } from '../../domain/inventory/progressive-delivery.ts';
import type { InjectorFacts } from '../../domain/inventory/webhook-facts.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import { RESTARTABLE_KINDS, type ObservedMesh } from '../../domain/mesh/observed-mesh.ts';
import { isIstiod } from '../inspect-mesh.ts';
import { digestText } from '../../clients/digest.ts';
import type { ClusterReading } from './read-cluster.ts';
import { itemsOf } from './read-known.ts';
import type { MeshReading } from './take-inventory.ts';
import { unreadParts } from './unread-parts.ts';

export interface Readings {
  readonly cluster: ClusterReading;
  readonly mesh: ObservedMesh;
  readonly reading: MeshReading;
}

/** The inventory in what was read. Reads nothing more. */
export function assembleInventory(readings: Readings): MeshInventory {
  const { cluster, mesh, reading } = readings;
  const { pods } = cluster;
  const backends = { services: cluster.services, endpoints: reading.endpoints };
  const injectors = interpretInjectors(cluster.mutatingWebhooks, backends);
  const validators = interpretValidators(cluster.validatingWebhooks, backends);
  const workloads = workloadObjects(readings);
  const links = [...cluster.replicaSets, ...itemsOf(cluster.jobs)];
  const services = itemsOf(cluster.services);
  const gateways = interpretGateways({ workloads, services, pods, links });
  return {
    mesh,
    controlPlanes: controlPlanes(readings, injectors),
    injectors,
    validators,
    defaults: answerDefaults(injectors, validators),
    injectorPolicies: reading.policies,
    namespaces: interpretNamespaceDetails(cluster.namespaces, itemsOf(cluster.roots)),
    workloads: interpretWorkloadDetails({
      workloads,
      links,
      pods,
      namespaceLabels: new Map(
        cluster.namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? {}]),
      ),
      predict: (subject) => predictInjection(subject, { injectors, policies: reading.policies }),
      progressiveDelivery: progressiveDelivery(
        itemsOf(reading.extensions.rollouts),
        itemsOf(reading.extensions.canaries),
      ),
      services,
      gateways: new Set(gateways.map(({ uid }) => uid)),
    }),
    loosePods: interpretLoosePods(pods, links, restartable(workloads)),
    connectedProxies: reading.connectedProxies,
    gateways,
    nodeAgents: interpretNodeAgents(cluster.daemonSets),
    crds: cluster.crds.facts,
    sensitive:
      cluster.envoyFilters.kind === 'unknown'
        ? cluster.envoyFilters
        : known([
            ...cluster.envoyFilters.value,
            ...interpretAnnotations({ services, workloads, pods }),
          ]),
    budgets: cluster.budgets,
    autoscalers: cluster.autoscalers,
    capacity:
      cluster.nodes.kind === 'unknown'
        ? cluster.nodes
        : known(interpretCapacity(cluster.nodes.value, pods)),
    operators: operators(readings, injectors),
    unread: unreadParts(cluster, reading),
  };
}

/** Everything that has pods, of any kind. */
function workloadObjects({ cluster, reading }: Readings): readonly KubernetesObject[] {
  return [
    ...cluster.deployments,
    ...cluster.statefulSets,
    ...cluster.daemonSets,
    ...itemsOf(reading.bareReplicaSets),
    ...itemsOf(cluster.cronJobs),
    // One that a CronJob made is only the way to it.
    ...itemsOf(cluster.jobs).filter(({ spec }) => spec !== undefined),
    ...itemsOf(reading.extensions.rollouts),
  ];
}

/** uids of what is of a kind that meshlift moves. */
function restartable(workloads: readonly KubernetesObject[]): ReadonlySet<string> {
  return new Set(
    workloads
      .filter(({ kind }) => RESTARTABLE_KINDS.some((each) => each === kind))
      .map(({ metadata }) => metadata.uid ?? ''),
  );
}

function controlPlanes(
  { cluster, mesh, reading }: Readings,
  injectors: readonly InjectorFacts[],
): ControlPlaneDetail[] {
  return mesh.controlPlanes.flatMap((plane): ControlPlaneDetail[] => {
    const deployment = cluster.deployments.find(
      (each) => isIstiod(each, mesh.meshNamespace) && each.metadata.name === plane.deployment,
    );
    if (deployment === undefined) return [];
    const missing = unknown(`the ConfigMaps of revision ${plane.revision} were not read`);
    const own = injectors.find(
      ({ revision, tag }) => revision === plane.revision && tag === undefined,
    );
    const injector = cluster.mutatingWebhooks.find(({ metadata }) => metadata.name === own?.name);
    const rootDigest = injector && caBundleDigest(injector, digestText);
    return [
      interpretControlPlaneDetail({
        deployment,
        plane,
        configMaps: reading.configMaps.find(({ revision }) => revision === plane.revision) ?? {
          revision: plane.revision,
          mesh: missing,
          values: missing,
        },
        autoscalers: cluster.autoscalers,
        budgets: cluster.budgets,
        ...(rootDigest === undefined ? {} : { rootDigest }),
        digest: digestText,
      }),
    ];
  });
}

function operators(
  { cluster, mesh, reading }: Readings,
  injectors: readonly InjectorFacts[],
): MeshInventory['operators'] {
  const { istioOperators, sailIstios, sailRevisions, googleRevisions } = reading.extensions;
  const isMeshNamespace = ({ metadata }: KubernetesObject): boolean =>
    metadata.name === mesh.meshNamespace;
  return interpretOperators(
    [
      ...cluster.namespaces.filter(isMeshNamespace),
      ...cluster.deployments.filter((each) => isIstiod(each, mesh.meshNamespace)),
      ...cluster.mutatingWebhooks.filter(({ metadata }) =>
        injectors.some(({ name }) => name === metadata.name),
      ),
    ],
    [istioOperators, sailIstios, sailRevisions, googleRevisions].flatMap(itemsOf),
  );
}
