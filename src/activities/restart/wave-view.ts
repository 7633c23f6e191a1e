import type { Mirror } from '../../clients/kubernetes-follow.ts';
import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS, type ResourceKind } from '../../clients/resource-kinds.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
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
  /** Nothing of the sight is older than this moment (ms): a watch may miss an event, a list does not. */
  certainAt(): number;
  /** Lists everything anew, now and then at most; a change is told when it is complete. */
  confirm(): void;
  close(): void;
}

/** Lists of many objects are dear: several workloads that fail are confirmed by one. */
const CONFIRM_EVERY_MS = 5000;

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
  const mirrors: Mirror<unknown>[] = [];
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
        mirrors.push(mirror);
        return mirror;
      }),
    );
  }
  const close = (): void => end.abort();
  let certainAt = Date.now();
  let askedAt = Number.NEGATIVE_INFINITY;
  let isConfirming = false;
  async function confirm(): Promise<void> {
    askedAt = Date.now();
    isConfirming = true;
    // A mirror that ends meanwhile says so at the next look.
    const ends = await Promise.allSettled(mirrors.map((mirror) => mirror.refresh()));
    isConfirming = false;
    if (ends.some(({ status }) => status === 'rejected')) return;
    certainAt = askedAt;
    onChange();
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
        failIfBlind(mirrors);
        return {
          pods: itemsOf(pods),
          replicaSets: itemsOf(replicaSets),
          budgets: itemsOf(budgets),
          workloads: [...workloads.flatMap(itemsOf), ...links.owners(itemsOf(replicaSets))],
        };
      },
      heardAt: () => Math.min(...mirrors.map((mirror) => mirror.heardAt())),
      certainAt: () => certainAt,
      confirm: () => {
        if (!isConfirming && Date.now() - askedAt >= CONFIRM_EVERY_MS) void confirm();
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

function failIfBlind(mirrors: readonly Mirror<unknown>[]): void {
  for (const mirror of mirrors) {
    const failure = mirror.failure();
    if (failure !== undefined) throw failure;
  }
}
