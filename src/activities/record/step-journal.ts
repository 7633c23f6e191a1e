import type { Change, StepJournal } from '../../domain/journal/change.ts';
import { RecordError, type RunRecord } from './run-record.ts';

/** Name of the record's part that holds a step's journal. */
function partOf(step: string): string {
  return `step-${step}`;
}

/** The journal of a step; `undefined` when the step never began. */
export async function readJournal(
  record: RunRecord,
  step: string,
): Promise<StepJournal | undefined> {
  const found = await record.get(partOf(step));
  if (found === undefined) return undefined;
  if (typeof found !== 'object' || found === null || !('changes' in found)) {
    throw new RecordError(`journal of step ${step}: expected a list of changes, found none`);
  }
  return found as StepJournal;
}

/** Writes a step's journal whole. `begun` is written before the first mutation of the step. */
export async function writeJournal(
  record: RunRecord,
  step: string,
  state: StepJournal['state'],
  changes: readonly Change[],
  more: Pick<StepJournal, 'undoes' | 'foreign'> = {},
): Promise<StepJournal> {
  const journal: StepJournal = { step, state, at: new Date().toISOString(), changes, ...more };
  await record.put(partOf(step), journal, { isThere: state !== 'begun' });
  return journal;
}
