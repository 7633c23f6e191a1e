import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { assertNever } from '../../domain/assert-never.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import { apiVersionOf, type WorkloadRef } from '../../domain/mesh/observed-mesh.ts';
import { REVISION_LABEL } from '../../domain/mesh/istio-labels.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import type { RevisionLabelMove, StepOf } from '../../domain/planning/step.ts';
import { scopeForwards } from '../../domain/planning/wave-scope.ts';
import { readGracePeriod, toggleGracePeriod } from '../../domain/restart/grace-period.ts';
import { restartAtOf, restartTime } from '../../domain/restart/restart-at.ts';
import { treatmentOfKind, type Treatment } from '../../domain/restart/treatment.ts';
import { markOf, type RestartMark } from '../changes/patch-paths.ts';
import { digestTemplate } from './digest-template.ts';
import { recordOf } from '../load-plan.ts';
import { readJournal, writeJournal } from '../record/step-journal.ts';
import type { StepRef } from '../run-ref.ts';
import {
  prepareInjections,
  type InjectChange,
  type InjectionTools,
} from './manual/prepare-injections.ts';
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
    injection,
  }: {
    readonly step: StepOf<'wave'>;
    readonly plan: UpgradePlan;
    readonly sight: WaveSight;
    readonly injection: InjectionTools;
  },
): Promise<readonly RestartChange[]> {
  const record = recordOf(access, ref);
  const name = restartJournal(ref.step);
  const journal = await readJournal(record, name);
  if (journal !== undefined) return journal.changes.filter(isRestart);
  const token = tokenOf(ref);
  const { workloads } = step;
  const injections = await prepareInjections(access, {
    ...injection,
    record,
    plan,
    workloads,
    token,
  });
  const changes = restartsOf(step, plan, { sight, token, injections });
  await writeJournal(record, name, 'begun', changes);
  return changes;
}

/** The same for each repetition of a restart, and another for each restart. */
function tokenOf({ runId, hop, step }: StepRef): string {
  return hop === undefined ? `${runId}/${step}` : `${runId}/hop-${hop}/${step}`;
}

interface RestartFacts {
  readonly sight: WaveSight;
  readonly token: string;
  /** Of the workloads that are injected again by hand, by uid. */
  readonly injections: ReadonlyMap<string, InjectChange>;
}

function restartsOf(
  step: StepOf<'wave'>,
  { steps, from, policy }: UpgradePlan,
  { sight, token, injections }: RestartFacts,
): readonly RestartChange[] {
  const mark: RestartMark = policy.restart.method === 'grace-period' ? { by: 'grace-period' } : {};
  const live = new Map(sight.workloads.map((each) => [each.metadata.uid ?? '', each]));
  const pods = new Set(sight.pods.map(({ uid }) => uid));
  const planned = new Map(step.workloads.map((each) => [each.uid, each]));
  const scope = { ...step, ...scopeForwards(steps, step) };
  return withNewcomers(scope, from.revision, sight).flatMap(
    (workload): readonly RestartChange[] => {
      const { treatment = treatmentOfKind(workload.kind), revisionLabel } =
        planned.get(workload.uid) ?? {};
      if (treatment.kind === 'recreate') {
        return pods.has(workload.uid) ? [{ kind: 'recreate', ...identityOf(workload) }] : [];
      }
      if (treatment.kind === 'inject') {
        const injection = injections.get(workload.uid);
        return injection === undefined ? [] : [injection];
      }
      const found = live.get(workload.uid);
      if (found === undefined) return [];
      return [changeOf(workload, treatment, { live: found, token, revisionLabel, mark })];
    },
  );
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
  treatment: Exclude<Treatment, { kind: 'recreate' | 'inject' }>,
  {
    live,
    token,
    revisionLabel,
    mark,
  }: {
    readonly live: KubernetesObject;
    readonly token: string;
    readonly revisionLabel: RevisionLabelMove | undefined;
    readonly mark: RestartMark;
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
        ...mark,
        prior: markOf(live, mark),
        applied: mark.by === undefined ? token : String(toggleGracePeriod(readGracePeriod(live))),
        template: digestTemplate(live, { ...mark, ...labels }),
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
