import type { ClusterAccess } from '../../clients/cluster-access.ts';
import type { Heart } from '../heartbeat.ts';
import { loadStep, recordOf } from '../load-plan.ts';
import { readJournal, writeJournal } from '../record/step-journal.ts';
import type { StepRef } from '../run-ref.ts';
import { undoStep, type UndoReceipt } from '../undo-step.ts';
import { recordedRun } from './recorded-run.ts';

/**
 * Takes one step of the recorded run back, by that run's own journal. Ours says before it that it is
 * done by us: what is put back, and what is replaced, stands in theirs. Safe to repeat.
 */
export async function undoRecordedStep(
  access: ClusterAccess,
  ref: StepRef,
  heart: Heart,
): Promise<UndoReceipt> {
  const { plan, step } = await loadStep(access, ref, ['undo-step']);
  const theirs = recordedRun(access, ref, plan, step);
  const undoes = { runId: theirs.ref.runId, step: step.of };
  const record = recordOf(access, ref);
  if ((await readJournal(record, ref.step)) === undefined) {
    await writeJournal(record, ref.step, 'begun', [], { undoes });
  }
  const receipt = await undoStep(access, { ...theirs.ref, step: step.of }, heart);
  await writeJournal(record, ref.step, 'done', [], { undoes });
  return receipt;
}
