import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { holderOf } from '../../domain/rollback/choose-run.ts';
import { listRecords, type RecordListing } from '../../domain/rollback/list-records.ts';
import { readClusterUid } from '../inspect-mesh.ts';
import { readOwner } from '../record/owner-record.ts';
import { readRecordedRuns } from './read-recorded-runs.ts';

/** The runs that the cluster itself keeps a record of, and which of them can be taken back. Reads only. */
export async function listRecordedRuns(
  worker: KubernetesClient,
  { cluster, meshNamespace }: { readonly cluster: string; readonly meshNamespace: string },
): Promise<readonly RecordListing[]> {
  const [records, clusterUid, owner] = await Promise.all([
    readRecordedRuns(worker, meshNamespace),
    readClusterUid(worker),
    readOwner(worker, meshNamespace),
  ]);
  const holder = holderOf(records, owner?.runId);
  return listRecords(records, {
    cluster,
    clusterUid,
    ...(holder === undefined ? {} : { holder }),
  });
}
