import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { loadStep, recordOf } from '../load-plan.ts';
import { readJournal } from '../record/step-journal.ts';
import type { StepRef } from '../run-ref.ts';
import { proveRestored, type Proof } from '../snapshot/prove-restored.ts';
import { recordedRun } from './recorded-run.ts';

/** Compares the mesh with the snapshot of the recorded run; what others set meanwhile is theirs. */
export async function proveRolledBack(access: ClusterAccess, ref: StepRef): Promise<Proof> {
  const { plan } = await loadStep(access, ref, ['prove-restored']);
  const record = recordOf(access, ref);
  const undone = plan.steps.filter(({ kind }) => kind === 'undo-step');
  const journals = await Promise.all(undone.map(({ id }) => readJournal(record, id)));
  const foreign = journals.flatMap((journal) => journal?.foreign ?? []);
  return proveRestored(access, recordedRun(access, ref, plan).ref, foreign);
}
