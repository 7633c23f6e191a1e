import type { ClusterAccess } from '../clients/cluster-access.ts';
import type { StepOf, UpgradeStep } from '../domain/planning/step.ts';
import type { UpgradePlan } from '../domain/planning/plan.ts';
import { scopeBackwards } from '../domain/planning/wave-scope.ts';
import { newProxyOf } from '../domain/planning/wave-target.ts';
import { isReversible, journalsOf } from '../domain/rollback/recorded-run.ts';
import {
  markUndone,
  NOTHING,
  undoChanges,
  undoJournal,
  type UndoReceipt,
} from './changes/undo-journal.ts';
import { ActivityError } from './errors.ts';
import { assertUnused } from './health/assert-unused.ts';
import type { Heart } from './heartbeat.ts';
import { restoreInPlace } from './in-place/restore-in-place.ts';
import { loadPlan, recordOf } from './load-plan.ts';
import { runRecordName } from './record/record-names.ts';
import type { RunRecord } from './record/run-record.ts';
import { readJournal } from './record/step-journal.ts';
import { keepPods } from './restart/recreate-pod.ts';
import { gatherWave, readWaveWorkloads, restartJournal } from './restart/wave-workloads.ts';
import { settleWave } from './restart/undo-wave.ts';
import type { StepRef } from './run-ref.ts';

export type { UndoReceipt } from './changes/undo-journal.ts';

/** What the run knows of the step, beside its record. */
export interface UndoRef extends StepRef {
  /** It was carried out, so there is a journal of it, unless somebody deleted that. */
  readonly wasDone?: true;
}

/** Takes a step back from its journal; a step that never began has none. Safe to repeat. */
export async function undoStep(
  access: ClusterAccess,
  ref: UndoRef,
  heart: Heart,
): Promise<UndoReceipt> {
  const plan = await loadPlan(access, ref);
  const step = plan.steps.find(({ id }) => id === ref.step);
  if (step === undefined) {
    throw new ActivityError(
      'RecordUnreadable',
      `the plan of run ${ref.runId} has no step ${ref.step}`,
    );
  }
  const record = recordOf(access, ref);
  if (ref.wasDone === true && isReversible(step)) await assertJournaled(record, ref, step);
  switch (step.undo.kind) {
    case 'none':
    case 'keep':
      return NOTHING;
    case 'restore-prior':
      return step.kind === 'install-control-plane'
        ? undoInstall(access, record, plan, step.id)
        : undoJournal(access, record, step.id);
    case 'undo-wave':
      return step.kind === 'wave' ? undoWave(access, record, plan, step, heart) : NOTHING;
    case 'point-of-no-return':
      return undoRemoval(record, step.id);
  }
}

/** Nothing to take back would be the wrong answer where what has to be is not known any more. */
async function assertJournaled(
  record: RunRecord,
  { runId, hop, meshNamespace }: StepRef,
  step: UpgradeStep,
): Promise<void> {
  for (const name of journalsOf(step)) {
    if ((await readJournal(record, name)) !== undefined) continue;
    throw new ActivityError(
      'RecordUnreadable',
      `expected the journal of ${step.id}, which was carried out, as ConfigMap ${runRecordName(runId, hop)}-step-${name} in ${meshNamespace}, found none: somebody deleted it. Put it back from a backup and retry, or take the step back by hand and skip its undo`,
    );
  }
}

/** The control plane that the run brought goes away, or gives its place back to the one before. */
async function undoInstall(
  access: ClusterAccess,
  record: RunRecord,
  plan: UpgradePlan,
  step: string,
): Promise<UndoReceipt> {
  if (plan.strategy === 'in-place') return restoreInPlace(access, record, plan, step);
  // An earlier undo may have failed: the new control plane stays while anything runs on it.
  await assertUnused(access, plan, plan.to.revision);
  return undoJournal(access, record, step);
}

/** A wave goes back in its own order: selectors, then pod templates, then what still has a new proxy. */
async function undoWave(
  access: ClusterAccess,
  record: RunRecord,
  plan: UpgradePlan,
  step: StepOf<'wave'>,
  heart: Heart,
): Promise<UndoReceipt> {
  const selectors = await undoChanges(access, record, step.id);
  // Else what leaves would come back with the new proxy; their own wave tells what it met there.
  if (step.selectorsOf !== undefined) await undoChanges(access, record, step.selectorsOf);
  const restarts = await undoJournal(access, record, restartJournal(step.id));
  // Who came into the wave's namespaces meanwhile got the new proxy and is in no journal.
  const workloads = await readWaveWorkloads(record, step);
  await settleWave(
    access,
    await gatherWave(
      access.worker,
      { ...step, ...scopeBackwards(plan.steps, step), workloads },
      plan.to.revision,
    ),
    newProxyOf(plan, step),
    {
      deadlineSeconds: plan.policy.restart.workloadDeadlineSeconds,
      keeper: keepPods(record, step.id),
    },
    heart,
  );
  // Not before: until its workloads are back, a rollback that begins again has this wave to undo.
  await markUndone(record, step.id, selectors.foreign);
  return {
    reverted: selectors.reverted + restarts.reverted,
    foreign: [...selectors.foreign, ...restarts.foreign],
  };
}

/** The removal can be taken back only while nothing has been removed. */
async function undoRemoval(record: RunRecord, step: string): Promise<UndoReceipt> {
  const journal = await readJournal(record, step);
  if (journal === undefined) return NOTHING;
  throw new ActivityError(
    'RollbackFailed',
    'the old control plane is being removed: a rollback of this run cannot bring it back. Let the run end, and use the workflow rollbackMesh',
  );
}
