import type { Mirror } from '../../clients/kubernetes-follow.ts';
import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS, type ResourceKind } from '../../clients/resource-kinds.ts';
import type { KubernetesObject, ObjectRef } from '../../domain/kubernetes-object.ts';
import { interpretPod, type PodFacts } from '../../domain/mesh/interpret-pods.ts';
import type { BudgetFacts } from '../../domain/inventory/capacity.ts';
import { interpretBudget } from '../../domain/inventory/interpret-budgets.ts';
import type { WorkloadRef } from '../../domain/mesh/observed-mesh.ts';
import { namespaceScopes } from '../../domain/restart/namespace-scopes.ts';
import { slimObject } from '../inventory/slim-objects.ts';
import { ownerLists } from './owner-lists.ts';

/** What is known of a wave's namespaces at one moment. */
export interface WaveSight {
  readonly workloads: readonly KubernetesObject[];
  /** Metadata: the links between pods and Deployments. */
  readonly replicaSets: readonly KubernetesObject[];
  readonly pods: readonly PodFacts[];
  readonly budgets: readonly BudgetFacts[];
}

/** Looks at a wave's namespaces all along: one list and one watch per kind, however many workloads. */
export interface WaveView {
  /** Throws when a kind can no longer be read. */
  look(): WaveSight;
  /** When the kind that was heard longest ago was heard last, by `performance.now()`. */
  heardAt(): number;
  /** Nothing that is seen of it is older than this moment (ms): a watch may miss an event, a list does not. */
  readonly certainAt: (workload: Place) => number;
  /** Changes that watches have not told, though a list has shown them. */
  missed(): number;
  /** Lists anew what is seen of these, now and then at most; a change is told when it is complete. */
  confirm(workloads: readonly Place[]): void;
  close(): void;
}

/** Which lists a workload is in. */
export type Place = Pick<ObjectRef, 'kind' | 'namespace'>;

/** Lists of many objects are dear: several workloads that fail are confirmed by one. */
const CONFIRM_EVERY_MS = 5000;

/** One list and its watch. */
interface Watched extends Place {
  readonly mirror: Mirror<unknown>;
  askedAt: number;
}

/** A workload is seen by itself, its pods, what links them, and its budgets. */
function shows({ kind, namespace }: Place, workload: Place): boolean {
  if (namespace !== undefined && namespace !== workload.namespace) return false;
  return kind === workload.kind || ALWAYS_LOOKED_AT.has(kind);
}

const ALWAYS_LOOKED_AT: ReadonlySet<string> = new Set([
  RESOURCE_KINDS.pod.kind,
  RESOURCE_KINDS.replicaSet.kind,
  RESOURCE_KINDS.podDisruptionBudget.kind,
]);

/** What is looked at: these namespaces, and beside the usual kinds those of these workloads. */
export interface ViewScope {
  readonly namespaces: readonly string[];
  readonly workloads: readonly Pick<WorkloadRef, 'kind'>[];
}

/** Begins to look; resolves when everything was seen once. `onChange` is called at each change. */
export async function openWaveView(
  kubernetes: KubernetesClient,
  { namespaces, workloads: planned }: ViewScope,
  onChange: () => void,
): Promise<WaveView> {
  const watched: Watched[] = [];
  // One that opens after another has failed must end as well.
  const end = new AbortController();
  const isWanted = wanted(namespaces);
  const scopes = namespaceScopes(namespaces);
  const { owners, links } = ownerLists(planned);
  async function followAll<T>(
    kind: ResourceKind,
    pick: (object: KubernetesObject) => T,
    metadataOnly = false,
  ): Promise<readonly Mirror<T>[]> {
    return Promise.all(
      scopes.map(async (scope) => {
        const mirror = await kubernetes.follow(
          kind,
          { ...scope, metadataOnly, onChange, signal: end.signal },
          (object) => (isWanted(object) ? pick(object) : undefined),
        );
        watched.push({ kind: kind.kind, ...scope, mirror, askedAt: Number.NEGATIVE_INFINITY });
        return mirror;
      }),
    );
  }
  const close = (): void => end.abort();
  async function confirm(each: Watched): Promise<void> {
    each.askedAt = Date.now();
    // One that ends meanwhile says so at the next look.
    await each.mirror.refresh().then(onChange, () => undefined);
  }
  try {
    const [pods, replicaSets, budgets, ...workloads] = await Promise.all([
      followAll(RESOURCE_KINDS.pod, interpretPod),
      followAll(links.kind, links.slim, links.metadataOnly),
      followAll(RESOURCE_KINDS.podDisruptionBudget, interpretBudget),
      ...owners.map((kind) => followAll(kind, slimObject)),
    ]);
    return {
      look: () => {
        failIfBlind(watched);
        return {
          pods: itemsOf(pods),
          replicaSets: itemsOf(replicaSets),
          budgets: itemsOf(budgets),
          workloads: [...workloads.flatMap(itemsOf), ...links.owners(itemsOf(replicaSets))],
        };
      },
      heardAt: () => Math.min(...watched.map(({ mirror }) => mirror.heardAt())),
      certainAt: (workload) =>
        Math.min(
          ...watched.filter((each) => shows(each, workload)).map(({ mirror }) => mirror.listedAt()),
        ),
      missed: () => watched.reduce((sum, { mirror }) => sum + mirror.missed(), 0),
      confirm: (workloads) => {
        for (const each of watched) {
          const isDue = Date.now() - each.askedAt >= CONFIRM_EVERY_MS;
          if (isDue && workloads.some((workload) => shows(each, workload))) void confirm(each);
        }
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function wanted(namespaces: readonly string[]): (object: KubernetesObject) => boolean {
  const names = new Set(namespaces);
  return ({ metadata }) => names.has(metadata.namespace ?? '');
}

function itemsOf<T>(mirrors: readonly Mirror<T>[]): readonly T[] {
  return mirrors.flatMap(({ items }) => [...items.values()]);
}

function failIfBlind(watched: readonly Watched[]): void {
  for (const { mirror } of watched) {
    const failure = mirror.failure();
    if (failure !== undefined) throw failure;
  }
}
