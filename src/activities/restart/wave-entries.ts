import type { Change } from '../../domain/journal/change.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { PodFacts } from '../../domain/mesh/interpret-pods.ts';
import { joinPods } from '../../domain/mesh/join-pods.ts';
import type { WorkloadRef } from '../../domain/mesh/observed-mesh.ts';
import { RESTART_ANNOTATION } from '../../domain/mesh/record-marks.ts';
import { assessMove } from '../../domain/restart/assess-move.ts';
import { budgetsOf } from '../../domain/restart/budgets.ts';
import { chooseMethod, type RestartMethod } from '../../domain/restart/choose-method.ts';
import { rolloutLimits, type RolloutLimits } from '../../domain/restart/rollout-limits.ts';
import type { WindowEntry } from '../../domain/restart/window.ts';
import { templateAnnotation } from '../changes/patch-paths.ts';
import type { WaveSight } from './wave-view.ts';
import { toWorkloads } from './wave-workloads.ts';

export type RestartChange = Extract<Change, { kind: 'restart' }>;

/** One workload of a wave: what was journaled for it, what it is now, and how it moves. */
export interface WaveEntry extends WindowEntry {
  readonly name: string;
  readonly change: RestartChange;
  readonly live: KubernetesObject | undefined;
  readonly pods: readonly PodFacts[];
  readonly limits: RolloutLimits;
  readonly because?: string;
  /** The token that its pod template carries. */
  readonly carries: string | null;
}

export interface EntryContext {
  readonly isOnTarget: (pod: PodFacts) => boolean;
  /** How the workloads that have begun are moved, by uid: what is chosen stays chosen. */
  readonly begun: ReadonlyMap<string, RestartMethod['kind']>;
}

/** The workloads of a batch as they are seen now, in order. */
export function seeEntries(
  changes: readonly RestartChange[],
  sight: WaveSight,
  context: EntryContext,
): readonly WaveEntry[] {
  const live = new Map(sight.workloads.map((each) => [each.metadata.uid ?? '', each]));
  const pods = joinPods(sight.pods, sight.replicaSets);
  const refs = toWorkloads(changes);
  return refs.flatMap((ref, index): WaveEntry[] => {
    const change = changes[index];
    if (change === undefined) return [];
    return [
      seeEntry(
        { ref, change, live: live.get(ref.uid), pods: pods.get(ref.uid) ?? [] },
        sight,
        context,
      ),
    ];
  });
}

interface Seen {
  readonly ref: WorkloadRef;
  readonly change: RestartChange;
  readonly live: KubernetesObject | undefined;
  readonly pods: readonly PodFacts[];
}

function seeEntry(seen: Seen, sight: WaveSight, { isOnTarget, begun }: EntryContext): WaveEntry {
  const { ref, change, live, pods } = seen;
  const limits = live === undefined ? GONE : rolloutLimits(ref.kind, live);
  const budgets =
    live === undefined ? [] : budgetsOf(sight.budgets, ref.namespace, podLabels(live));
  const carries = live === undefined ? null : templateAnnotation(live, RESTART_ANNOTATION);
  const chosen = chooseMethod(limits, budgets);
  const method = begun.get(ref.uid) ?? (carries === change.applied ? 'template' : chosen.kind);
  const hasBegun = begun.has(ref.uid) || carries === change.applied;
  const state = assessMove({ workload: live, limits, pods, isOnTarget, method, begun: hasBegun });
  return {
    key: ref.uid,
    name: `${ref.namespace}/${ref.name}`,
    remaining: pods.filter((pod) => !pod.terminating && !(pod.ready && isOnTarget(pod))).length,
    state,
    method,
    limits,
    budgets,
    change,
    live,
    pods,
    carries,
    ...(chosen.kind === 'evict' ? { because: chosen.because } : {}),
  };
}

const GONE: RolloutLimits = { desired: 0, unavailable: 0, surge: 0, replaces: 'in-turns' };

interface TemplateLabels {
  readonly spec?: {
    readonly template?: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
    };
  };
}

function podLabels(workload: KubernetesObject): Readonly<Record<string, string>> {
  return (workload as KubernetesObject & TemplateLabels).spec?.template?.metadata?.labels ?? {};
}
