import type { ClusterAccess } from '../../clients/cluster-access.ts';
import type { Change, StepJournal } from '../../domain/journal/change.ts';
import type { Difference } from '../../domain/report.ts';
import type { RunRecord } from '../record/run-record.ts';
import { readJournal, writeJournal } from '../record/step-journal.ts';
import { undoChange } from './undo-change.ts';

/** What undoing a step came to. */
export interface UndoReceipt {
  readonly reverted: number;
  /** Values that others have set since; they were left alone. */
  readonly foreign: readonly Difference[];
}

export const NOTHING: UndoReceipt = { reverted: 0, foreign: [] };

/** Takes back what a journal lists, newest first, and marks it as undone. */
export async function undoJournal(
  access: ClusterAccess,
  record: RunRecord,
  name: string,
): Promise<UndoReceipt> {
  const receipt = await undoChanges(access, record, name);
  await markUndone(record, name, receipt.foreign);
  return receipt;
}

/**
 * A journal that was never written has nothing to mark. What others have set stays in it: a later
 * rollback of the same run does not answer for it either.
 */
export async function markUndone(
  record: RunRecord,
  name: string,
  foreign: readonly Difference[] = [],
): Promise<void> {
  const journal = await readJournal(record, name);
  if (journal === undefined) return;
  const kept = foreign.length === 0 ? {} : { foreign };
  await writeJournal(record, name, 'undone', journal.changes, kept);
}

/** The same without the mark, where more belongs to the undo. */
export async function undoChanges(
  access: ClusterAccess,
  record: RunRecord,
  name: string,
): Promise<UndoReceipt> {
  const journal = await readJournal(record, name);
  if (journal === undefined) return NOTHING;
  let reverted = 0;
  const foreign: Difference[] = [];
  for (const change of newestFirst(journal)) {
    const undone = await undoChange(access, change);
    if (undone.kind === 'reverted') reverted += 1;
    if (undone.kind === 'foreign') foreign.push(undone.difference);
  }
  return { reverted, foreign };
}

function newestFirst({ changes }: StepJournal): readonly Change[] {
  return [...changes].reverse();
}
