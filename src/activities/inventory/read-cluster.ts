import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import type { AutoscalerFacts, BudgetFacts } from '../../domain/inventory/capacity.ts';
import { interpretAutoscaler, interpretBudget } from '../../domain/inventory/interpret-budgets.ts';
import { interpretNode, type NodeFacts } from '../../domain/inventory/interpret-capacity.ts';
import { interpretPodDetail, type PodDetail } from '../../domain/inventory/interpret-pod-detail.ts';
import {
  interpretRootCertificate,
  type NamespaceRoot,
} from '../../domain/inventory/interpret-root-certificates.ts';
import { interpretEnvoyFilter } from '../../domain/inventory/interpret-sensitive.ts';
import { interpretService, type ServiceFacts } from '../../domain/inventory/interpret-services.ts';
import type { Known } from '../../domain/inventory/known.ts';
import { controllerOf } from '../../domain/inventory/owner-chain.ts';
import type { SensitiveResource } from '../../domain/inventory/sensitive-resource.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { MeshOwner } from '../../domain/mesh/observed-mesh.ts';
import { readOwner } from '../record/owner-record.ts';
import { digestText } from '../../clients/digest.ts';
import { readCrds, type CrdReading } from './read-crds.ts';
import { readKnown, readKnownList } from './read-known.ts';
import { slimLink, slimObject } from './slim-objects.ts';

/** Every collection that the inventory is made of, each read once. */
export interface ClusterReading {
  readonly kubernetesVersion: string;
  readonly namespaces: readonly KubernetesObject[];
  readonly deployments: readonly KubernetesObject[];
  readonly statefulSets: readonly KubernetesObject[];
  readonly daemonSets: readonly KubernetesObject[];
  /** Metadata only, also of those that a Deployment controls. */
  readonly replicaSets: readonly KubernetesObject[];
  readonly pods: readonly PodDetail[];
  readonly mutatingWebhooks: readonly KubernetesObject[];
  readonly validatingWebhooks: readonly KubernetesObject[];
  readonly owner?: MeshOwner;
  readonly jobs: Known<readonly KubernetesObject[]>;
  readonly cronJobs: Known<readonly KubernetesObject[]>;
  readonly services: Known<readonly ServiceFacts[]>;
  readonly roots: Known<readonly NamespaceRoot[]>;
  readonly autoscalers: Known<readonly AutoscalerFacts[]>;
  readonly budgets: Known<readonly BudgetFacts[]>;
  readonly nodes: Known<readonly NodeFacts[]>;
  readonly crds: CrdReading;
  readonly envoyFilters: Known<readonly SensitiveResource[]>;
}

const ROOT_CERTIFICATE = 'metadata.name=istio-ca-root-cert';

/**
 * Reads a cluster: one paged list per kind, however many objects there are. What an upgrade cannot
 * be thought of without is thrown when it cannot be read; the rest is unknown then.
 */
export async function readCluster(
  kubernetes: KubernetesClient,
  meshNamespace: string,
): Promise<ClusterReading> {
  const [core, rest] = await Promise.all([
    readCore(kubernetes, meshNamespace),
    readRest(kubernetes),
  ]);
  return { ...core, ...rest };
}

type Core = Pick<
  ClusterReading,
  | 'kubernetesVersion'
  | 'namespaces'
  | 'deployments'
  | 'statefulSets'
  | 'daemonSets'
  | 'replicaSets'
  | 'pods'
  | 'mutatingWebhooks'
  | 'validatingWebhooks'
  | 'owner'
>;

async function readCore(kubernetes: KubernetesClient, meshNamespace: string): Promise<Core> {
  const all = (kind: keyof typeof RESOURCE_KINDS): Promise<KubernetesObject[]> =>
    kubernetes.collect(RESOURCE_KINDS[kind], {}, slimObject);
  const [large, namespaces, mutatingWebhooks, validatingWebhooks, kubernetesVersion, owner] =
    await Promise.all([
      readLargeLists(kubernetes),
      all('namespace'),
      all('mutatingWebhook'),
      all('validatingWebhook'),
      kubernetes.serverVersion(),
      readOwner(kubernetes, meshNamespace),
    ]);
  return {
    ...large,
    kubernetesVersion,
    namespaces,
    mutatingWebhooks,
    validatingWebhooks,
    ...(owner === undefined ? {} : { owner }),
  };
}

type LargeLists = Pick<
  ClusterReading,
  'pods' | 'replicaSets' | 'deployments' | 'statefulSets' | 'daemonSets'
>;

/** Two at a time, so that only a page of each is in memory: pods are most of it, and the rest takes less time. */
async function readLargeLists(kubernetes: KubernetesClient): Promise<LargeLists> {
  const [pods, workloads] = await Promise.all([
    kubernetes.collect(RESOURCE_KINDS.pod, {}, interpretPodDetail),
    readWorkloads(kubernetes),
  ]);
  return { pods, ...workloads };
}

async function readWorkloads(kubernetes: KubernetesClient): Promise<Omit<LargeLists, 'pods'>> {
  const replicaSets = await kubernetes.collect(
    RESOURCE_KINDS.replicaSet,
    { metadataOnly: true },
    slimLink,
  );
  const deployments = await kubernetes.collect(RESOURCE_KINDS.deployment, {}, slimObject);
  const statefulSets = await kubernetes.collect(RESOURCE_KINDS.statefulSet, {}, slimObject);
  const daemonSets = await kubernetes.collect(RESOURCE_KINDS.daemonSet, {}, slimObject);
  return { replicaSets, deployments, statefulSets, daemonSets };
}

async function readRest(kubernetes: KubernetesClient): Promise<Omit<ClusterReading, keyof Core>> {
  const roots = kubernetes.collect(
    RESOURCE_KINDS.configMap,
    { fieldSelector: ROOT_CERTIFICATE },
    (configMap) => interpretRootCertificate(configMap, digestText),
  );
  const [services, foundRoots, autoscalers, budgets, nodes, crds, envoyFilters, jobs, cronJobs] =
    await Promise.all([
      readKnown(kubernetes.collect(RESOURCE_KINDS.service, {}, interpretService)),
      readKnown(roots),
      readKnownList(
        kubernetes.collect(RESOURCE_KINDS.horizontalPodAutoscaler, {}, interpretAutoscaler),
      ),
      readKnownList(kubernetes.collect(RESOURCE_KINDS.podDisruptionBudget, {}, interpretBudget)),
      readKnown(kubernetes.collect(RESOURCE_KINDS.node, {}, interpretNode)),
      readCrds(kubernetes),
      readKnownList(kubernetes.collect(RESOURCE_KINDS.envoyFilter, {}, interpretEnvoyFilter)),
      readKnownList(kubernetes.collect(RESOURCE_KINDS.job, {}, unfinishedJob)),
      readKnownList(kubernetes.collect(RESOURCE_KINDS.cronJob, {}, slimObject)),
    ]);
  return {
    services,
    roots: foundRoots,
    autoscalers,
    budgets,
    nodes,
    crds,
    envoyFilters,
    jobs,
    cronJobs,
  };
}

/** A Job that may still have pods; of one that a CronJob made only the link to it. */
function unfinishedJob(job: KubernetesObject): KubernetesObject | undefined {
  const { status } = job as KubernetesObject & {
    readonly status?: {
      readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    };
  };
  const isFinished = (status?.conditions ?? []).some(
    (each) => ['Complete', 'Failed'].includes(each.type) && each.status === 'True',
  );
  if (isFinished) return undefined;
  return controllerOf(job.metadata) === undefined ? slimObject(job) : slimLink(job);
}
