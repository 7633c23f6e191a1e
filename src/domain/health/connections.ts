import type { SyncClient } from '../inventory/interpret-syncz.ts';
import type { Known } from '../inventory/known.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';
import type { PodFacts } from '../mesh/interpret-pods.ts';
import { REVISION_LABEL } from '../mesh/istio-labels.ts';
import { describeCount } from '../rollout/describe-count.ts';

/** A pod of istiod whose process runs, so that it may have clients. */
export interface IstiodReplica {
  readonly namespace: string;
  readonly name: string;
  readonly revision: string;
  readonly terminating: boolean;
}

/** What one replica answered at `/debug/syncz`. */
export interface ReplicaAnswer extends IstiodReplica {
  readonly clients: Known<readonly SyncClient[]>;
}

/** Whether, and how, the proxy of a pod is connected to an istiod of the revision that is asked about. */
export type Connection =
  | { readonly kind: 'synced' }
  | { readonly kind: 'behind'; readonly what: readonly string[] }
  /** `elsewhere`: the revision to whose istiod it is connected instead. */
  | { readonly kind: 'absent'; readonly elsewhere?: string }
  | { readonly kind: 'unknown'; readonly why: string };

interface IstiodShape {
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly { readonly state?: { readonly running?: unknown } }[];
  };
}

/** A pod of istiod; nothing while it does not run, since then nobody is connected to it. */
export function interpretReplica(pod: KubernetesObject): IstiodReplica | undefined {
  const { metadata } = pod;
  const { phase, containerStatuses } = (pod as KubernetesObject & IstiodShape).status ?? {};
  const runs = containerStatuses?.some(({ state }) => state?.running !== undefined) ?? true;
  if (phase !== 'Running' || !runs) return undefined;
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    revision: metadata.labels?.[REVISION_LABEL] ?? 'default',
    terminating: metadata.deletionTimestamp !== undefined,
  };
}

/**
 * Answers, for one pod after the other, how it is connected to a revision. Each replica speaks for
 * itself alone: a pod that one of them names is connected whatever the others say, and one that none
 * names is not connected only where all have answered. A replica that is going away is no good to
 * anybody, and two that name the same pod see it move from one to the other.
 */
export function connectionsTo(
  revision: string,
  answers: readonly ReplicaAnswer[],
): (pod: Pick<PodFacts, 'namespace' | 'name' | 'meshCluster'>) => Connection {
  const staying = answers.filter(({ terminating }) => !terminating);
  const own = staying.filter((answer) => answer.revision === revision);
  const toTarget = clientsByName(own);
  const toOthers = clientsByName(staying.filter((answer) => answer.revision !== revision));
  const silence = silenceOf(revision, own);
  const clusters = clustersIn(staying);
  return ({ namespace, name, meshCluster }) => {
    const id = `${name}.${namespace}`;
    // Pods of other clusters may have the same name. Where istiod has aliases for clusters
    // (CLUSTER_ALIASES), no proxy is of the cluster that it says, and names alone tell.
    const isTold = meshCluster !== undefined && clusters.has(meshCluster);
    const isSame = ({ cluster }: SyncClient): boolean =>
      !isTold || cluster === '' || cluster === meshCluster;
    const found = (toTarget.get(id) ?? []).filter(({ client }) => isSame(client));
    if (found.some(({ client }) => client.behind.length === 0)) return { kind: 'synced' };
    if (found[0] !== undefined) return { kind: 'behind', what: found[0].client.behind };
    if (silence !== undefined) return { kind: 'unknown', why: silence };
    const other = toOthers.get(id)?.find(({ client }) => isSame(client));
    return { kind: 'absent', ...(other === undefined ? {} : { elsewhere: other.revision }) };
  };
}

interface Sighting {
  readonly client: SyncClient;
  readonly revision: string;
}

function clientsByName(answers: readonly ReplicaAnswer[]): ReadonlyMap<string, Sighting[]> {
  const sightings = answers.flatMap(({ revision, clients }) =>
    clients.kind === 'unknown'
      ? []
      : clients.value.filter(({ isProxy }) => isProxy).map((client) => ({ client, revision })),
  );
  return Map.groupBy(sightings, ({ client }) => client.name);
}

function clustersIn(answers: readonly ReplicaAnswer[]): ReadonlySet<string> {
  return new Set(
    answers.flatMap(({ clients }) =>
      clients.kind === 'unknown' ? [] : clients.value.map(({ cluster }) => cluster),
    ),
  );
}

/** Why it cannot be told who is not connected to a revision. */
function silenceOf(revision: string, replicas: readonly ReplicaAnswer[]): string | undefined {
  if (replicas.length === 0) return `no pod of istiod of ${revision} runs that could be asked`;
  return silent(replicas)[0];
}

function silent(replicas: readonly ReplicaAnswer[]): readonly string[] {
  return replicas.flatMap(({ namespace, name, clients }) =>
    clients.kind === 'unknown' ? [`istiod ${namespace}/${name} does not tell: ${clients.why}`] : [],
  );
}

/** Who is connected to the istiods of a revision, those that are going away included. */
export interface ConnectedUsers {
  /** In words; empty when nobody is known to be. */
  readonly users: readonly string[];
  /** What could not be told, in words. */
  readonly unknown: readonly string[];
}

/** How many names the message lists before it only counts. */
const NAMED = 3;

/** A revision none of whose pods run has no users. */
export function connectedUsers(
  revision: string,
  answers: readonly ReplicaAnswer[],
): ConnectedUsers {
  const own = answers.filter((answer) => answer.revision === revision);
  const names = [...clientsByName(own).keys()].toSorted();
  const some = `${names.slice(0, NAMED).join(', ')}${names.length > NAMED ? ', …' : ''}`;
  return {
    users:
      names.length === 0
        ? []
        : [`${describeCount(names.length, 'connected client')} of its istiod (${some})`],
    unknown: silent(own),
  };
}
