import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { KubernetesError } from '../../clients/kubernetes-error.ts';
import type { Change, StepJournal } from '../../domain/journal/change.ts';
import type { Difference } from '../../domain/report.ts';
import { describeCount } from '../../domain/rollout/describe-count.ts';
import { ActivityError } from '../errors.ts';
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

/**
 * The same without the mark, where more belongs to the undo. A change that is refused does not stop
 * the others; it is told once all were tried.
 */
export async function undoChanges(
  access: ClusterAccess,
  record: RunRecord,
  name: string,
): Promise<UndoReceipt> {
  const journal = await readJournal(record, name);
  if (journal === undefined) return NOTHING;
  let reverted = 0;
  const foreign: Difference[] = [];
  const refused: KubernetesError[] = [];
  for (const change of newestFirst(journal)) {
    try {
      const undone = await undoChange(access, change);
      if (undone.kind === 'reverted') reverted += 1;
      foreign.push(...(undone.kind === 'foreign' ? [undone.difference] : (undone.kept ?? [])));
    } catch (error) {
      // What the server does not take back for one object is no reason to leave the others.
      if (!(error instanceof KubernetesError)) throw error;
      refused.push(error);
    }
  }
  if (refused.length > 0) throw allOf(refused, journal);
  return { reverted, foreign };
}

/** Trouble that may pass comes first: it is tried again, and what is back by now is left alone then. */
function allOf(refused: readonly KubernetesError[], { changes }: StepJournal): Error {
  const passing = refused.find(({ code }) => code >= 500 || code === 409 || code === 429);
  const [first] = refused;
  if (passing !== undefined) return passing;
  if (first !== undefined && refused.length === 1) return first;
  const isForbidden = refused.every(({ code }) => code === 401 || code === 403);
  const named = refused.slice(0, MOST_NAMED).map(({ message }) => message);
  return new ActivityError(
    isForbidden ? 'Forbidden' : 'Rejected',
    `${refused.length} of ${describeCount(changes.length, 'change')} could not be taken back: ${named.join('; ')}`,
  );
}

/** Refusals of one step that a failure names. */
const MOST_NAMED = 10;

function newestFirst({ changes }: StepJournal): readonly Change[] {
  return [...changes].reverse();
}
