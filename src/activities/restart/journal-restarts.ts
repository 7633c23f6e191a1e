import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { RESTART_ANNOTATION } from '../../domain/mesh/record-marks.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import type { StepOf } from '../../domain/planning/step.ts';
import { templateAnnotation } from '../changes/patch-paths.ts';
import { digestTemplate } from './digest-template.ts';
import { recordOf } from '../load-plan.ts';
import { readJournal, writeJournal } from '../record/step-journal.ts';
import type { StepRef } from '../run-ref.ts';
import type { RestartChange } from './wave-entries.ts';
import type { WaveSight } from './wave-view.ts';
import { restartJournal, withNewcomers } from './wave-workloads.ts';

/**
 * What the wave restarts, with what each pod template carried before: as it was journaled, or now, before
 * the first restart. Beside the planned workloads those that came into the wave's namespaces since and
 * have the old proxy: nobody else would restart them. What is gone needs no restart.
 */
export async function journalRestarts(
  access: ClusterAccess,
  ref: StepRef,
  {
    step,
    plan,
    sight,
  }: {
    readonly step: StepOf<'wave'>;
    readonly plan: UpgradePlan;
    readonly sight: WaveSight;
  },
): Promise<readonly RestartChange[]> {
  const record = recordOf(access, ref);
  const name = restartJournal(ref.step);
  const journal = await readJournal(record, name);
  if (journal !== undefined) {
    return journal.changes.filter((change) => change.kind === 'restart');
  }
  const changes = restartsOf(step, plan.from.revision, sight, `${ref.runId}/${ref.step}`);
  await writeJournal(record, name, 'begun', changes);
  return changes;
}

function restartsOf(
  step: StepOf<'wave'>,
  oldRevision: string,
  sight: WaveSight,
  token: string,
): readonly RestartChange[] {
  const live = new Map(sight.workloads.map((each) => [each.metadata.uid ?? '', each]));
  // Where no selector moves, what came since has the new proxy already.
  const workloads =
    step.target === undefined ? withNewcomers(step, oldRevision, sight) : step.workloads;
  return workloads.flatMap(({ kind, namespace, name, uid }): RestartChange[] => {
    const workload = live.get(uid);
    if (workload === undefined) return [];
    const ref = { apiVersion: 'apps/v1', kind, namespace, name };
    const prior = templateAnnotation(workload, RESTART_ANNOTATION);
    const template = digestTemplate(workload);
    return [{ kind: 'restart', ref, uid, prior, applied: token, template }];
  });
}
