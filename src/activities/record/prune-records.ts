import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import { RUN_LABEL } from './record-names.ts';

/** Runs whose records stay: enough to look back, little enough to keep etcd small. */
const KEPT_RUNS = 5;

/** Deletes the records of all but the newest runs. */
export async function pruneRunRecords(
  kubernetes: KubernetesClient,
  meshNamespace: string,
): Promise<void> {
  const parts = await kubernetes.list(RESOURCE_KINDS.configMap, {
    namespace: meshNamespace,
    labelSelector: `app.kubernetes.io/managed-by=meshlift,${RUN_LABEL}`,
    metadataOnly: true,
  });
  const newest = new Map<string, string>();
  for (const { metadata } of parts) {
    const run = metadata.labels?.[RUN_LABEL] ?? '';
    const created = metadata.creationTimestamp ?? '';
    if (created > (newest.get(run) ?? '')) newest.set(run, created);
  }
  const byAge = [...newest].sort(([, a], [, b]) => (a < b ? 1 : -1));
  const stale = new Set(byAge.slice(KEPT_RUNS).map(([run]) => run));
  for (const { metadata } of parts) {
    if (!stale.has(metadata.labels?.[RUN_LABEL] ?? '')) continue;
    const { name } = metadata;
    await kubernetes.delete({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: meshNamespace,
      name,
    });
  }
}
