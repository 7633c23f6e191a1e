import type { ClusterAccess } from '../../clients/cluster-access.ts';
import type { Snapshot } from '../../domain/snapshot/snapshot.ts';
import { loadPlan, recordOf } from '../load-plan.ts';
import type { RunRef } from '../run-ref.ts';
import { readSnapshot } from './read-snapshot.ts';
import { recordRoot } from './recorded-root.ts';

/** Records the state to return to, once: an attempt that comes late must not record a changed mesh. */
export async function takeSnapshot(access: ClusterAccess, run: RunRef): Promise<number> {
  const record = recordOf(access, run);
  const taken = (await record.get('snapshot')) as Snapshot | undefined;
  if (taken !== undefined) return Object.keys(taken).length;
  await recordRoot(access, record, await loadPlan(access, run));
  const snapshot = await readSnapshot(access.worker, run.meshNamespace);
  await record.put('snapshot', snapshot);
  return Object.keys(snapshot).length;
}
