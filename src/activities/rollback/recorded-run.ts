import type { ClusterAccess } from '../../clients/cluster-access.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import { ActivityError } from '../errors.ts';
import { recordOf } from '../load-plan.ts';
import type { RunRecord } from '../record/run-record.ts';
import type { RunRef } from '../run-ref.ts';

/** The run that a rollback takes back: its name for activities, and its record. */
export function recordedRun<R extends RunRef>(
  access: ClusterAccess,
  ref: R,
  { takesBack }: Pick<UpgradePlan, 'takesBack'>,
): { readonly ref: R; readonly record: RunRecord } {
  if (takesBack === undefined) {
    throw new ActivityError(
      'RecordUnreadable',
      `expected the plan of run ${ref.runId} to name the run that it takes back, found none`,
    );
  }
  const recorded = { ...ref, runId: takesBack };
  return { ref: recorded, record: recordOf(access, recorded) };
}
