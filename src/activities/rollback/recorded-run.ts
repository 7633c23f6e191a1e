import type { ClusterAccess } from '../../clients/cluster-access.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import type { StepOf } from '../../domain/planning/step.ts';
import { ActivityError } from '../errors.ts';
import { recordOf } from '../load-plan.ts';
import type { RunRecord } from '../record/run-record.ts';
import type { RunRef } from '../run-ref.ts';

/** The run that a rollback takes back: its name for activities, and its record. */
export function recordedRun(
  access: ClusterAccess,
  ref: RunRef,
  { takesBack }: Pick<UpgradePlan, 'takesBack'>,
  { hop }: Pick<StepOf<'undo-step'>, 'hop'>,
): { readonly ref: RunRef; readonly record: RunRecord } {
  if (takesBack === undefined) {
    throw new ActivityError(
      'RecordUnreadable',
      `expected the plan of run ${ref.runId} to name the run that it takes back, found none`,
    );
  }
  const { workflowId, cluster, clusterUid, meshNamespace } = ref;
  const run = { workflowId, cluster, clusterUid, meshNamespace };
  const recorded = { ...run, runId: takesBack, ...(hop === undefined ? {} : { hop }) };
  return { ref: recorded, record: recordOf(access, recorded) };
}
