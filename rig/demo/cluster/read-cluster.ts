import type { ApiClient } from '../../kubernetes/client.ts';
import { SAMPLE_NAMESPACES } from '../../mesh/samples/workloads.ts';
import { listApiResources, listPath } from './api-resources.ts';
import type { CensusSources } from './census.ts';
import {
  nameOf,
  WORKLOAD_KINDS,
  type ClusterObject,
  type Pod,
  type WebhookConfiguration,
  type Workload,
  type WorkloadKind,
} from './objects.ts';
import type { PictureSources } from './picture.ts';

const MESH_NAMESPACE = 'istio-system';
const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1';
const MESH_OBJECTS: Readonly<Record<string, string>> = {
  ConfigMap: `/api/v1/namespaces/${MESH_NAMESPACE}/configmaps`,
  Service: `/api/v1/namespaces/${MESH_NAMESPACE}/services`,
  HorizontalPodAutoscaler: `/apis/autoscaling/v2/namespaces/${MESH_NAMESPACE}/horizontalpodautoscalers`,
  PodDisruptionBudget: `/apis/policy/v1/namespaces/${MESH_NAMESPACE}/poddisruptionbudgets`,
};
/** What comes and goes by itself in a namespace that nobody touches. */
const FLEETING: ReadonlySet<string> = new Set(['Event', 'Lease']);

/** Asks the API server itself; nothing here comes from the product. */
export async function readCensusSources(client: ApiClient): Promise<CensusSources> {
  const [workloads, replicaSets, pods] = await Promise.all([
    Promise.all(WORKLOAD_KINDS.map((kind) => listWorkloads(client, kind))),
    list<ClusterObject>(client, '/apis/apps/v1/replicasets'),
    list<Pod>(client, '/api/v1/pods'),
  ]);
  return { workloads: workloads.flat(), replicaSets, pods };
}

export async function readPictureSources(client: ApiClient): Promise<PictureSources> {
  const [census, namespaces, injectors, validators, meshObjects, outsiders] = await Promise.all([
    readCensusSources(client),
    list<ClusterObject>(client, '/api/v1/namespaces'),
    list<WebhookConfiguration>(client, `${WEBHOOKS}/mutatingwebhookconfigurations`),
    list<WebhookConfiguration>(client, `${WEBHOOKS}/validatingwebhookconfigurations`),
    listAll(client, Object.entries(MESH_OBJECTS)),
    readOutsiders(client),
  ]);
  return { ...census, namespaces, injectors, validators, meshObjects, outsiders };
}

/** Every object of any kind that still carries the label of a control plane's revision. */
export async function listOfRevision(client: ApiClient, revision: string): Promise<string[]> {
  const resources = await listApiResources(client);
  const query = `?labelSelector=${encodeURIComponent(`istio.io/rev=${revision}`)}`;
  const names = await Promise.all(
    resources.map(async (resource) => {
      const items = await list<ClusterObject>(client, `${listPath(resource)}${query}`);
      return items.map((item) => nameOf(resource.kind, item));
    }),
  );
  return names.flat().sort();
}

async function readOutsiders(client: ApiClient): Promise<PictureSources['outsiders']> {
  const outside = SAMPLE_NAMESPACES.filter(({ labels }) => Object.keys(labels).length === 0);
  const resources = await listApiResources(client);
  return listAll(
    client,
    resources
      .filter(({ kind, isNamespaced }) => isNamespaced && !FLEETING.has(kind))
      .flatMap((resource) =>
        outside.map(({ name }): [string, string] => [resource.kind, listPath(resource, name)]),
      ),
  );
}

async function listAll(
  client: ApiClient,
  paths: readonly (readonly [kind: string, path: string])[],
): Promise<Record<string, readonly ClusterObject[]>> {
  const byKind: Record<string, readonly ClusterObject[]> = {};
  const lists = await Promise.all(
    paths.map(async ([kind, path]) => ({ kind, items: await list<ClusterObject>(client, path) })),
  );
  for (const { kind, items } of lists) byKind[kind] = [...(byKind[kind] ?? []), ...items];
  return byKind;
}

async function listWorkloads(client: ApiClient, kind: WorkloadKind): Promise<Workload[]> {
  const items = await list<Omit<Workload, 'kind'>>(client, `/apis/apps/v1/${kind.toLowerCase()}s`);
  return items.map((item) => ({ ...item, kind }));
}

async function list<T>(client: ApiClient, path: string): Promise<readonly T[]> {
  return (await client.get<{ items: readonly T[] }>(path)).items;
}
