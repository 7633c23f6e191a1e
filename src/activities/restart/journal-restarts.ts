import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { assertNever } from '../../domain/assert-never.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import { apiVersionOf, type WorkloadRef } from '../../domain/mesh/observed-mesh.ts';
import { REVISION_LABEL } from '../../domain/mesh/istio-labels.ts';
import { RESTART_ANNOTATION } from '../../domain/mesh/record-marks.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import type { RevisionLabelMove, StepOf } from '../../domain/planning/step.ts';
import { scopeForwards } from '../../domain/planning/wave-scope.ts';
import { restartAtOf, restartTime } from '../../domain/restart/restart-at.ts';
import { treatmentOfKind, type Treatment } from '../../domain/restart/treatment.ts';
import { templateAnnotation } from '../changes/patch-paths.ts';
import { digestTemplate } from './digest-template.ts';
import { recordOf } from '../load-plan.ts';
import { readJournal, writeJournal } from '../record/step-journal.ts';
import type { StepRef } from '../run-ref.ts';
import type { WaveSight } from './wave-view.ts';
import { isRestart, restartJournal, withNewcomers, type RestartChange } from './wave-workloads.ts';

/**
 * What the wave restarts, with what each workload carried before: as it was journaled, or now, before
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
  if (journal !== undefined) return journal.changes.filter(isRestart);
  const changes = restartsOf(step, plan, sight, `${ref.runId}/${ref.step}`);
  await writeJournal(record, name, 'begun', changes);
  return changes;
}

function restartsOf(
  step: StepOf<'wave'>,
  { steps, from }: UpgradePlan,
  sight: WaveSight,
  token: string,
): readonly RestartChange[] {
  const live = new Map(sight.workloads.map((each) => [each.metadata.uid ?? '', each]));
  const pods = new Set(sight.pods.map(({ uid }) => uid));
  const planned = new Map(step.workloads.map((each) => [each.uid, each]));
  const scope = { ...step, ...scopeForwards(steps, step) };
  return withNewcomers(scope, from.revision, sight).flatMap((workload): readonly RestartChange[] => {
    const { treatment = treatmentOfKind(workload.kind), revisionLabel } =
      planned.get(workload.uid) ?? {};
    if (treatment.kind === 'recreate') {
      return pods.has(workload.uid) ? [{ kind: 'recreate', ...identityOf(workload) }] : [];
    }
    const found = live.get(workload.uid);
    if (found === undefined) return [];
    return [changeOf(workload, treatment, { live: found, token, revisionLabel })];
  });
}

function identityOf({
  kind,
  namespace,
  name,
  uid,
}: WorkloadRef): Pick<RestartChange, 'ref' | 'uid'> {
  return { ref: { apiVersion: apiVersionOf(kind), kind, namespace, name }, uid };
}

function changeOf(
  workload: WorkloadRef,
  treatment: Exclude<Treatment, { kind: 'recreate' }>,
  {
    live,
    token,
    revisionLabel,
  }: {
    readonly live: KubernetesObject;
    readonly token: string;
    readonly revisionLabel: RevisionLabelMove | undefined;
  },
): RestartChange {
  const identity = identityOf(workload);
  const labels =
    revisionLabel === undefined
      ? {}
      : {
          labels: {
            prior: { [REVISION_LABEL]: revisionLabel.from },
            applied: { [REVISION_LABEL]: revisionLabel.to },
          },
        };
  switch (treatment.kind) {
    case 'restart':
    case 'evict':
      return {
        kind: 'restart',
        ...identity,
        prior: templateAnnotation(live, RESTART_ANNOTATION),
        applied: token,
        template: digestTemplate(live, labels),
        ...labels,
        ...(treatment.kind === 'evict' ? { evictedBecause: treatment.because } : {}),
      };
    case 'restart-at':
      return {
        kind: 'restart-at',
        ...identity,
        prior: restartAtOf(live),
        applied: restartTime(Date.now()),
      };
    default:
      return assertNever(treatment);
  }
}
