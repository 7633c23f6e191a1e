import { ApiError, type ApiClient } from '../../../rig/kubernetes/client.ts';
import { readInjectorPolicies } from '../../../src/activities/inventory/read-revisions.ts';
import { takeInventory } from '../../../src/activities/inventory/take-inventory.ts';
import { openCluster } from '../../../src/clients/cluster-access.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes-object.ts';
import { predictInjection } from '../../../src/domain/inventory/predict-injection.ts';
import type { InjectingMesh } from '../../../src/domain/inventory/predict-injection.ts';
import type { InjectionPrediction } from '../../../src/domain/inventory/workload-detail.ts';
import { eventually } from './eventually.ts';
import { NAMESPACE_CASES, POD_CASES, type NamespaceCase, type PodCase } from './injection-cases.ts';
import {
  makeInjectionMesh,
  MESH_NAMESPACE,
  removeInjectionMesh,
  type Workshop,
} from './injection-mesh.ts';

/** What the API server and the webhooks made of a pod. */
export type Actual =
  | { readonly kind: 'injected'; readonly revision: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly message: string };

export interface Combination {
  readonly namespace: NamespaceCase;
  readonly pod: PodCase;
  readonly predicted: InjectionPrediction;
  readonly actual: Actual;
  readonly agrees: boolean;
}

/** Dry-run creates at a time: istiod has two cores to share with everything else. */
const AT_ONCE = 8;

/**
 * Makes a mesh of three revisions, tags and webhooks that nobody should have, and compares the
 * prediction with what the real webhooks do, for every namespace with every pod. Leaves the cluster
 * as it was.
 */
export async function compareAllCombinations(workshop: Workshop): Promise<readonly Combination[]> {
  const { kubernetes } = workshop;
  try {
    await makeInjectionMesh(workshop);
    const namespaces = await makeNamespaces(kubernetes);
    await untilSettled(kubernetes, namespaces);
    const mesh = await readInjectingMesh(workshop);
    const open = namespaces.flatMap((namespace) => POD_CASES.map((pod) => ({ namespace, pod })));
    const combinations: Combination[] = [];
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let next = open.pop(); next !== undefined; next = open.pop()) {
          combinations.push(await compare(kubernetes, mesh, next));
        }
      }),
    );
    return combinations;
  } finally {
    await removeNamespaces(kubernetes);
    await removeInjectionMesh(workshop);
  }
}

type Place = NamespaceCase & { readonly name: string };

function placeOf(given: NamespaceCase, index: number): Place {
  return { ...given, name: given.name ?? `agreement-${index}` };
}

const PLACES: readonly Place[] = NAMESPACE_CASES.map(placeOf);

async function makeNamespaces(kubernetes: ApiClient): Promise<readonly Place[]> {
  for (const { name, labels } of PLACES) {
    const manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
    await kubernetes.apply(manifest, { manager: 'agreement' });
  }
  for (const { name } of PLACES) {
    // Admission refuses pods until the controller manager has made it.
    const account = `/api/v1/namespaces/${name}/serviceaccounts/default`;
    await eventually(() => kubernetes.find(account), { what: `${name} has its service account` });
  }
  return PLACES;
}

async function removeNamespaces(kubernetes: ApiClient): Promise<void> {
  for (const [index, { name, labels }] of PLACES.entries()) {
    const path = `/api/v1/namespaces/${name}`;
    if (NAMESPACE_CASES[index]?.name === undefined) await kubernetes.delete(path);
    else {
      const without = Object.fromEntries(Object.keys(labels).map((key) => [key, null]));
      await kubernetes.patch(path, 'merge', { metadata: { labels: without } });
    }
  }
}

/** Webhooks come into force in the API server a moment after they are written. */
async function untilSettled(kubernetes: ApiClient, namespaces: readonly Place[]): Promise<void> {
  const withRevision = (revision: string): Place => {
    const found = namespaces.find(
      ({ labels }) => Object.keys(labels).length === 1 && labels['istio.io/rev'] === revision,
    );
    if (found === undefined) throw new Error(`no namespace of revision ${revision} alone`);
    return found;
  };
  const whatBecomes: Readonly<Record<string, string>> = {
    canary: '1-26-1',
    'odd-twice': '1-26-1',
    'odd-label': '1-26-1',
    'odd-gone': 'refused',
    'odd-empty': 'refused',
  };
  for (const [revision, expected] of Object.entries(whatBecomes)) {
    await eventually(
      async () => {
        const actual = await dryRun(kubernetes, withRevision(revision), {});
        return (actual.kind === 'injected' ? actual.revision : actual.kind) === expected;
      },
      { what: `a pod in a namespace of ${revision} becomes ${expected}` },
    );
  }
}

/** As the product reads it, with the rights that it has. */
async function readInjectingMesh({ endpoints }: Workshop): Promise<InjectingMesh> {
  const { worker, installer } = endpoints.kubeconfigs;
  const access = openCluster({ kubeconfig: worker, installerKubeconfig: installer });
  const target = { cluster: 'demo', meshNamespace: MESH_NAMESPACE };
  const { injectors } = await takeInventory(access, target);
  const revisions = [...new Set(injectors.map(({ revision }) => revision))];
  const policies = await readInjectorPolicies(access.worker, MESH_NAMESPACE, revisions);
  return { injectors, policies };
}

async function compare(
  kubernetes: ApiClient,
  mesh: InjectingMesh,
  { namespace, pod }: { readonly namespace: Place; readonly pod: PodCase },
): Promise<Combination> {
  const predicted = predictInjection(
    {
      namespace: namespace.name,
      namespaceLabels: namespace.labels,
      podLabels: pod.labels ?? {},
      podAnnotations: pod.annotations ?? {},
      hostNetwork: pod.hostNetwork ?? false,
    },
    mesh,
  );
  const actual = await dryRun(kubernetes, namespace, pod);
  return { namespace, pod, predicted, actual, agrees: agree(predicted, actual, mesh) };
}

/** Creates a pod that never comes to be, and looks whose proxy it got. */
async function dryRun(kubernetes: ApiClient, { name }: Place, pod: PodCase): Promise<Actual> {
  const { labels = {}, annotations = {}, hostNetwork = false } = pod;
  try {
    const made = await kubernetes.post<KubernetesObject>(
      `/api/v1/namespaces/${name}/pods?dryRun=All`,
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'agreement', namespace: name, labels, annotations },
        spec: { hostNetwork, containers: [{ name: 'app', image: 'registry.k8s.io/pause:3.10' }] },
      },
    );
    const revision = made.metadata.annotations?.['istio.io/rev'];
    const isNew = revision !== undefined && revision !== annotations['istio.io/rev'];
    if (isNew !== hasProxy(made)) {
      throw new Error(
        `a pod of revision ${revision ?? 'none'} with or without proxy as it should not`,
      );
    }
    return isNew ? { kind: 'injected', revision } : { kind: 'none' };
  } catch (error) {
    // What is not about a webhook is no answer to the question.
    if (!(error instanceof ApiError) || !error.message.includes('webhook')) throw error;
    return { kind: 'refused', message: error.message };
  }
}

function hasProxy({ spec }: KubernetesObject): boolean {
  const { containers = [], initContainers = [] } = spec as Record<
    string,
    readonly { readonly name: string }[] | undefined
  >;
  return [...containers, ...initContainers].some(({ name }) => name === 'istio-proxy');
}

/** Exported so that a test can show that it does not agree with everything. */
export function agree(
  predicted: InjectionPrediction,
  actual: Actual,
  mesh: InjectingMesh,
): boolean {
  switch (predicted.kind) {
    case 'injected':
      return actual.kind === 'injected' && actual.revision === predicted.revision;
    case 'ambiguous':
      return actual.kind === 'injected' && actual.revision === lastRevision(predicted, mesh);
    case 'refused':
    case 'none':
      return actual.kind === predicted.kind;
    case 'unknown':
      return false;
  }
}

function lastRevision(
  { webhooks }: Extract<InjectionPrediction, { kind: 'ambiguous' }>,
  { injectors }: InjectingMesh,
): string | undefined {
  const [configuration] = webhooks.at(-1)?.split('/') ?? [];
  return injectors.find(({ name }) => name === configuration)?.revision;
}

/** A combination in one line, for the list of those that do not agree. */
export function formatCombination({ namespace, pod, predicted, actual }: Combination): string {
  return [namespace, pod, predicted, actual].map((part) => JSON.stringify(part)).join(' ');
}
