import type { ClusterAccess } from '../clients/cluster-access.ts';
import type { UpgradePlan } from '../domain/planning/plan.ts';
import type { StepKind, StepOf } from '../domain/planning/step.ts';
import { ActivityError } from './errors.ts';
import { runRecordName } from './record/record-names.ts';
import { openRunRecord, type RunRecord } from './record/run-record.ts';
import type { RunRef, StepRef } from './run-ref.ts';

/** A run's record as seen from an activity: reads and writes go with the worker's identity. */
export function recordOf(access: ClusterAccess, run: RunRef): RunRecord {
  return openRunRecord(access.worker, run.meshNamespace, run.runId, run.hop);
}

/** The plan of a run, from its record: the record is digest-checked, so what runs is what was decided. */
export async function loadPlan(access: ClusterAccess, run: RunRef): Promise<UpgradePlan> {
  const plan = await recordOf(access, run).get('plan');
  if (plan === undefined) {
    throw new ActivityError(
      'RecordUnreadable',
      `expected the plan of run ${run.runId} as ConfigMap ${runRecordName(run.runId, run.hop)}-plan in ${run.meshNamespace}, found none: somebody deleted it`,
    );
  }
  return plan as UpgradePlan;
}

/** One step of the run's plan, which must be of one of the given kinds. */
export async function loadStep<K extends StepKind>(
  access: ClusterAccess,
  ref: StepRef,
  kinds: readonly K[],
): Promise<{ readonly plan: UpgradePlan; readonly step: StepOf<K> }> {
  const plan = await loadPlan(access, ref);
  const step = plan.steps.find(({ id }) => id === ref.step);
  const isWanted = (found: UpgradePlan['steps'][number]): found is StepOf<K> =>
    kinds.some((kind) => kind === found.kind);
  if (step !== undefined && isWanted(step)) return { plan, step };
  throw new ActivityError(
    'RecordUnreadable',
    `expected step ${ref.step} of kind ${kinds.join(' or ')} in the plan of run ${ref.runId}, found ${step?.kind ?? 'none'}`,
  );
}
