import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { journalsOf } from '../../domain/rollback/recorded-run.ts';
import { loadPlan, loadStep } from '../load-plan.ts';
import { readJournal } from '../record/step-journal.ts';
import type { StepRef } from '../run-ref.ts';
import { proveRestored, type Proof } from '../snapshot/prove-restored.ts';
import { recordedRun } from './recorded-run.ts';

/** Compares the mesh with the snapshot of the recorded run; what others set meanwhile is theirs. */
export async function proveRolledBack(access: ClusterAccess, ref: StepRef): Promise<Proof> {
  const { plan, step } = await loadStep(access, ref, ['prove-restored']);
  const theirs = recordedRun(access, ref, plan, step);
  const recorded = await loadPlan(access, theirs.ref);
  const names = recorded.steps.flatMap(journalsOf);
  const journals = await Promise.all(names.map((name) => readJournal(theirs.record, name)));
  const foreign = journals.flatMap((journal) => journal?.foreign ?? []);
  return proveRestored(access, theirs.ref, foreign);
}
