import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import type { Change } from '../../domain/journal/change.ts';
import { interpretPod } from '../../domain/mesh/interpret-pods.ts';
import { interpretWorkloads } from '../../domain/mesh/interpret-workloads.ts';
import { RESTARTABLE_KINDS, type WorkloadRef } from '../../domain/mesh/observed-mesh.ts';
import type { StepOf } from '../../domain/planning/step.ts';
import type { NewcomerScope } from '../../domain/planning/wave-scope.ts';
import { listIn } from '../list-in.ts';
import type { RunRecord } from '../record/run-record.ts';
import { readJournal } from '../record/step-journal.ts';
import { ownerLists } from './owner-lists.ts';
import type { WaveSight } from './wave-view.ts';

/** Name of the journal of a wave's restarts, beside that of its selectors. */
export function restartJournal(step: string): string {
  return `${step}-restart`;
}

/** What of a wave its workloads and newcomers are told by. */
export interface WaveScope extends Pick<StepOf<'wave'>, 'left'>, NewcomerScope {
  readonly workloads: readonly WorkloadRef[];
}

/**
 * The workloads of a wave and those that came into its namespaces since and got the proxy of that
 * revision: of the old one before the selectors moved, of the new one after. Nobody else would
 * restart them, or take them back.
 */
export async function gatherWave(
  kubernetes: KubernetesClient,
  wave: WaveScope,
  revision: string,
): Promise<readonly WorkloadRef[]> {
  const { namespaces } = wave;
  const { owners, links } = ownerLists(wave.workloads);
  const [pods, replicaSets, ...workloads] = await Promise.all([
    listIn(kubernetes, RESOURCE_KINDS.pod, namespaces),
    listIn(kubernetes, links.kind, namespaces, { metadataOnly: links.metadataOnly }),
    ...owners.map((kind) => listIn(kubernetes, kind, namespaces)),
  ]);
  const sight = {
    workloads: [...workloads.flat(), ...links.owners(replicaSets)],
    replicaSets,
    pods: pods.map(interpretPod),
  };
  return withNewcomers({ ...wave, left: [] }, revision, sight);
}

/**
 * The planned workloads, then those of which pods carry the proxy of that revision; what another wave
 * moves or the plan leaves alone is no newcomer.
 */
export function withNewcomers(
  wave: WaveScope,
  revision: string,
  sight: Pick<WaveSight, 'workloads' | 'replicaSets' | 'pods'>,
): readonly WorkloadRef[] {
  const planned = new Set(wave.workloads.map(({ uid }) => uid));
  const left = new Set(wave.left.map(nameOf));
  const { workloads } = interpretWorkloads({ ...sight, isInjected: () => false });
  const newcomers = workloads
    .filter(({ uid, podsByRevision }) => !planned.has(uid) && (podsByRevision[revision] ?? 0) > 0)
    .filter(
      (workload) =>
        !left.has(nameOf(workload)) &&
        !wave.claimed.has(workload.uid) &&
        wave.namespaces.includes(workload.namespace),
    );
  return [...wave.workloads.map(toRef), ...newcomers.map(toRef)];
}

function toRef({ kind, namespace, name, uid }: WorkloadRef): WorkloadRef {
  return { kind, namespace, name, uid };
}

function nameOf(workload: {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}): string {
  return `${workload.kind} ${workload.namespace}/${workload.name}`;
}

/** What the journal of a wave's restarts has of one workload. */
export type RestartChange = Extract<
  Change,
  { kind: 'restart' | 'restart-at' | 'recreate' | 'inject' }
>;

export function isRestart(change: Change): change is RestartChange {
  return ['restart', 'restart-at', 'recreate', 'inject'].includes(change.kind);
}

/** The workloads behind restart changes, in the same order. */
export function toWorkloads(changes: readonly Change[]): readonly WorkloadRef[] {
  return changes.flatMap((change): WorkloadRef[] => {
    const { ref } = change;
    const kind = RESTARTABLE_KINDS.find((each) => each === ref.kind);
    if (!isRestart(change) || kind === undefined) return [];
    return [{ kind, namespace: ref.namespace ?? '', name: ref.name, uid: change.uid }];
  });
}

/** What a wave restarts, as its journal has it; before there is one, what the plan has. */
export async function readWaveWorkloads(
  record: RunRecord,
  step: StepOf<'wave'>,
): Promise<readonly WorkloadRef[]> {
  const journal = await readJournal(record, restartJournal(step.id));
  return journal === undefined ? step.workloads.map(toRef) : toWorkloads(journal.changes);
}
