import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import type { ObjectMeta, ObjectRef } from '../../domain/kubernetes-object.ts';
import { OWNER_NAME, RECORD_SELECTOR, RUN_LABEL } from './record-names.ts';

/** Runs whose records stay: enough to look back, little enough to keep etcd small. */
const KEPT_RUNS = 5;

/**
 * Deletes the records of all but the newest runs and of those that are still needed, and of what stays
 * the chunks that were replaced. Call it when nothing is being recorded.
 */
export async function pruneRunRecords(
  kubernetes: KubernetesClient,
  meshNamespace: string,
  needed: readonly string[] = [],
): Promise<void> {
  const found = await kubernetes.list(RESOURCE_KINDS.configMap, {
    namespace: meshNamespace,
    labelSelector: RECORD_SELECTOR,
    metadataOnly: true,
  });
  const parts = found.map(({ metadata }) => metadata).filter(({ name }) => name !== OWNER_NAME);
  const stale = staleRuns(parts, needed);
  const isStale = (part: ObjectMeta): boolean => stale.has(runOf(part));
  const replaced = await replacedChunks(
    kubernetes,
    meshNamespace,
    parts.filter((part) => !isStale(part)),
  );
  for (const { name } of [...parts.filter(isStale), ...replaced]) {
    await kubernetes.delete(refTo(meshNamespace, name));
  }
}

function staleRuns(parts: readonly ObjectMeta[], needed: readonly string[]): ReadonlySet<string> {
  const newest = new Map<string, string>();
  for (const part of parts) {
    const created = part.creationTimestamp ?? '';
    if (created > (newest.get(runOf(part)) ?? '')) newest.set(runOf(part), created);
  }
  const byAge = [...newest].sort(([, a], [, b]) => (a < b ? 1 : -1)).map(([run]) => run);
  return new Set(byAge.slice(KEPT_RUNS).filter((run) => !needed.includes(run)));
}

/** `NAME-0123456789ab-1`: the second chunk of a part, by the digest of its content. */
const CHUNK = /^(.*)-([0-9a-f]{12})-\d+$/;

/** A part that was written anew has chunks of its own; those of its former content are left over. */
async function replacedChunks(
  kubernetes: KubernetesClient,
  meshNamespace: string,
  parts: readonly ObjectMeta[],
): Promise<readonly ObjectMeta[]> {
  const chunks = parts.flatMap((part) => {
    const [, head, digest] = CHUNK.exec(part.name) ?? [];
    return head === undefined || digest === undefined ? [] : [{ part, head, digest }];
  });
  const current = new Map<string, string>();
  for (const head of new Set(chunks.map((chunk) => chunk.head))) {
    const live = await kubernetes.get(refTo(meshNamespace, head));
    const { sha256 } = (live?.['data'] ?? {}) as { readonly sha256?: string };
    if (sha256 !== undefined) current.set(head, sha256);
  }
  return chunks
    .filter(({ head, digest }) => current.get(head)?.startsWith(digest) === false)
    .map(({ part }) => part);
}

function runOf({ labels }: ObjectMeta): string {
  return labels?.[RUN_LABEL] ?? '';
}

function refTo(namespace: string, name: string): ObjectRef {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace, name };
}
