import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import type { Change } from '../../domain/journal/change.ts';
import { interpretPod } from '../../domain/mesh/interpret-pods.ts';
import { interpretWorkloads } from '../../domain/mesh/interpret-workloads.ts';
import { RESTARTABLE_KINDS, type WorkloadRef } from '../../domain/mesh/observed-mesh.ts';
import type { StepOf } from '../../domain/planning/step.ts';
import { WORKLOAD_KINDS } from '../inspect-mesh.ts';
import { listIn } from '../list-in.ts';
import type { RunRecord } from '../record/run-record.ts';
import { readJournal } from '../record/step-journal.ts';
import type { WaveSight } from './wave-view.ts';

/** Name of the journal of a wave's restarts, beside that of its selectors. */
export function restartJournal(step: string): string {
  return `${step}-restart`;
}

/**
 * The workloads of a wave and those that came into its namespaces since and got the proxy of that
 * revision: of the old one before the selectors moved, of the new one after. Nobody else would
 * restart them, or take them back.
 */
export async function gatherWave(
  kubernetes: KubernetesClient,
  step: StepOf<'wave'>,
  revision: string,
): Promise<readonly WorkloadRef[]> {
  const { namespaces } = step;
  const [pods, replicaSets, ...workloads] = await Promise.all([
    listIn(kubernetes, RESOURCE_KINDS.pod, namespaces),
    listIn(kubernetes, RESOURCE_KINDS.replicaSet, namespaces, { metadataOnly: true }),
    ...WORKLOAD_KINDS.map((kind) => listIn(kubernetes, kind, namespaces)),
  ]);
  const sight = { workloads: workloads.flat(), replicaSets, pods: pods.map(interpretPod) };
  return withNewcomers(step, revision, sight);
}

/** The planned workloads, then those of which pods carry the proxy of that revision. */
export function withNewcomers(
  step: StepOf<'wave'>,
  revision: string,
  sight: Pick<WaveSight, 'workloads' | 'replicaSets' | 'pods'>,
): readonly WorkloadRef[] {
  const planned = new Set(step.workloads.map(({ uid }) => uid));
  const { workloads } = interpretWorkloads({ ...sight, isInjected: () => false });
  const newcomers = workloads
    .filter(({ uid, podsByRevision }) => !planned.has(uid) && (podsByRevision[revision] ?? 0) > 0)
    .map(({ kind, namespace, name, uid }) => ({ kind, namespace, name, uid }));
  return [...step.workloads, ...newcomers];
}

/** The workloads behind restart changes, in the same order. */
export function toWorkloads(changes: readonly Change[]): readonly WorkloadRef[] {
  return changes.flatMap((change): WorkloadRef[] => {
    const { ref } = change;
    const kind = RESTARTABLE_KINDS.find((each) => each === ref.kind);
    if (change.kind !== 'restart' || kind === undefined) return [];
    return [{ kind, namespace: ref.namespace ?? '', name: ref.name, uid: change.uid }];
  });
}

/** What a wave restarts, as its journal has it; before there is one, what the plan has. */
export async function readWaveWorkloads(
  record: RunRecord,
  step: StepOf<'wave'>,
): Promise<readonly WorkloadRef[]> {
  const journal = await readJournal(record, restartJournal(step.id));
  return journal === undefined ? step.workloads : toWorkloads(journal.changes);
}
