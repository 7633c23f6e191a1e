import { assertNever } from '../../domain/assert-never.ts';
import { holds } from '../../domain/journal/keyed-values.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { PodFacts } from '../../domain/mesh/interpret-pods.ts';
import { joinPods } from '../../domain/mesh/join-pods.ts';
import type { WorkloadRef } from '../../domain/mesh/observed-mesh.ts';
import { assessMove, type RolloutState } from '../../domain/restart/assess-move.ts';
import { budgetsOf } from '../../domain/restart/budgets.ts';
import {
  chooseMethod,
  type ChosenTreatment,
  type RestartMethod,
} from '../../domain/restart/choose-method.ts';
import { stateOfTemplate } from '../../domain/restart/manual/template-state.ts';
import { isAtLeast, restartAtOf } from '../../domain/restart/restart-at.ts';
import { rolloutLimits, type RolloutLimits } from '../../domain/restart/rollout-limits.ts';
import {
  takesNewTemplateByEviction,
  updateStrategyOf,
} from '../../domain/restart/takes-new-template.ts';
import type { WindowEntry } from '../../domain/restart/window.ts';
import { markOf, templateLabels } from '../changes/patch-paths.ts';
import type { WaveSight } from './wave-view.ts';
import { toWorkloads, type RestartChange } from './wave-workloads.ts';

export type { RestartChange } from './wave-workloads.ts';

/** One workload of a wave: what was journaled for it, what it is now, and how it moves. */
export interface WaveEntry extends WindowEntry {
  readonly name: string;
  readonly change: RestartChange;
  /** Absent when it is gone. Of a pod only its name and place. */
  readonly live: KubernetesObject | undefined;
  readonly pods: readonly PodFacts[];
  readonly limits: RolloutLimits;
  readonly because?: string;
  /** What it carries where its restart is asked for: the mark, or the state, of its pod template, or its `restartAt`. */
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
    const seen =
      ref.kind === 'Pod'
        ? seePod(ref, sight.pods)
        : { live: live.get(ref.uid), pods: pods.get(ref.uid) ?? [] };
    return [seeEntry({ ref, change, ...seen }, sight, context)];
  });
}

interface Seen {
  readonly ref: WorkloadRef;
  readonly change: RestartChange;
  readonly live: KubernetesObject | undefined;
  readonly pods: readonly PodFacts[];
}

/** By its name: made again it has another uid. */
function seePod(ref: WorkloadRef, all: readonly PodFacts[]): Pick<Seen, 'live' | 'pods'> {
  const pods = all.filter(
    ({ namespace, name, finished }) =>
      namespace === ref.namespace && name === ref.name && !finished,
  );
  const [pod] = pods;
  const { namespace, name } = ref;
  return {
    live: pod && { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, uid: pod.uid } },
    pods,
  };
}

function seeEntry(seen: Seen, sight: WaveSight, { isOnTarget, begun }: EntryContext): WaveEntry {
  const { ref, change, live, pods } = seen;
  const limits = live === undefined ? GONE : rolloutLimits(ref.kind, live);
  const budgets =
    live === undefined ? [] : budgetsOf(sight.budgets, ref.namespace, podLabels(live));
  const carries = live === undefined ? null : carriedBy(live, change);
  const isAsked = isRestartAsked(change, carries);
  const chosen = chooseMethod(treatmentOfChange(change), limits, budgets);
  const method =
    begun.get(ref.uid) ?? (isAsked && change.kind === 'restart' ? 'template' : chosen.kind);
  const assessed = assessMove({
    workload: live,
    limits,
    pods,
    isOnTarget,
    method,
    begun: begun.has(ref.uid) || isAsked,
  });
  const state = refuseInjection(refuseOldTemplate(assessed, seen, chosen), change, carries);
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

/**
 * What would be evicted and come back from the old template, with the old label, is not begun: since
 * the plan was made its strategy or its budgets changed.
 */
function refuseOldTemplate(
  state: RolloutState,
  { ref, change, live }: Seen,
  chosen: RestartMethod,
): RolloutState {
  if (state.kind !== 'waiting' || chosen.kind !== 'evict') return state;
  if (live === undefined || takesNewTemplateByEviction(ref.kind, updateStrategyOf(live)))
    return state;
  const changes = whatTemplateChanges(change);
  return changes === undefined
    ? state
    : { kind: 'failed', message: `${changes} would have to change, and ${chosen.because}` };
}

function whatTemplateChanges(change: RestartChange): string | undefined {
  if (change.kind === 'inject') return 'its pod template';
  const isLabelled = change.kind === 'restart' && change.labels !== undefined;
  return isLabelled ? 'the label of its pods' : undefined;
}

/** What is not as it was planned is not injected: a change of somebody's would be lost. */
function refuseInjection(
  state: RolloutState,
  change: RestartChange,
  carries: string | null,
): RolloutState {
  if (change.kind !== 'inject' || state.kind === 'done') return state;
  if (change.refused !== undefined) return { kind: 'failed', message: change.refused };
  return state.kind === 'waiting' && carries === 'other'
    ? { kind: 'failed', message: 'somebody changed its pod template since the wave began' }
    : state;
}

/** The treatment that was planned, as the journal tells it. */
function treatmentOfChange(change: RestartChange): ChosenTreatment {
  switch (change.kind) {
    case 'restart':
      return change.evictedBecause === undefined
        ? { kind: 'restart' }
        : { kind: 'evict', because: change.evictedBecause };
    case 'restart-at':
    case 'recreate':
    case 'inject':
      return { kind: change.kind };
    default:
      return assertNever(change);
  }
}

function carriedBy(live: KubernetesObject, change: RestartChange): string | null {
  switch (change.kind) {
    case 'restart': {
      const token = markOf(live, change);
      // The token without the labels that came with it: somebody took them away.
      const isBare = token === change.applied && !carriesLabels(live, change);
      return isBare ? null : token;
    }
    case 'restart-at':
      return restartAtOf(live);
    case 'inject':
      return stateOfTemplate(live, change);
    case 'recreate':
      return null;
    default:
      return assertNever(change);
  }
}

/** Whether the workload itself says that its restart was asked for. */
function isRestartAsked(change: RestartChange, carries: string | null): boolean {
  switch (change.kind) {
    case 'restart':
      return carries === change.applied;
    case 'restart-at':
      return isAtLeast(carries, change.applied);
    case 'inject':
      return change.refused === undefined && carries === 'applied';
    case 'recreate':
      return false;
    default:
      return assertNever(change);
  }
}

/** Whether a workload's pods would be made with the labels that its change brings. */
export function carriesLabels(
  live: KubernetesObject,
  { labels }: Extract<RestartChange, { kind: 'restart' }>,
): boolean {
  return labels === undefined || holds(templateLabels(live), labels.applied);
}

const GONE: RolloutLimits = { desired: 0, unavailable: 0, surge: 0, replaces: 'in-turns' };

function podLabels(workload: KubernetesObject): Readonly<Record<string, string>> {
  return templateLabels(workload);
}
