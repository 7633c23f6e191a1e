import type { StepJournal } from '../journal/change.ts';
import type { UpgradePlan } from '../planning/plan.ts';
import type { UpgradeReport } from '../report.ts';
import type { StepOf, UpgradeStep } from '../planning/step.ts';
import { undoOrder } from '../rollout/undo-order.ts';

/** What the cluster keeps of one run, as far as a rollback needs it. */
export interface RecordedRun {
  /** First run id of its workflow: the key of its record. */
  readonly runId: string;
  /** Of a chain, from 2 on: which of its hops; each has a plan and a record of its own. */
  readonly hop?: number;
  /** When its record was begun, ISO 8601; empty where the server did not say. */
  readonly recordedAt: string;
  /** Absent where it cannot be read. */
  readonly plan?: UpgradePlan;
  readonly hasSnapshot: boolean;
  /** By the name of the journal: a wave has one for its selectors and one for its restarts. */
  readonly journals: Readonly<Record<string, StepJournal>>;
  /** Parts that are damaged, in words. */
  readonly damage: readonly string[];
}

/** The journals that a step writes. */
export function journalsOf({ id, kind }: Pick<UpgradeStep, 'id' | 'kind'>): readonly string[] {
  return kind === 'wave' ? [id, `${id}-restart`] : [id];
}

/** Whether a step can be taken back at all: by an undo, or by making again what it removed. */
export function isReversible({ undo }: Pick<UpgradeStep, 'undo'>): boolean {
  return undo.kind !== 'none' && undo.kind !== 'keep';
}

/** The steps that have begun to change something and are not taken back yet, in the order of their undo. */
export function openSteps({ plan, journals }: RecordedRun): readonly UpgradeStep[] {
  if (plan === undefined) return [];
  return undoOrder(plan.steps).filter(
    (step) =>
      isReversible(step) &&
      journalsOf(step).some((name) => (journals[name]?.state ?? 'undone') !== 'undone'),
  );
}

/** Whether a step that is open has moved anything over to the new revision. */
export function isMove({ kind }: Pick<UpgradeStep, 'kind'>): boolean {
  return kind === 'wave' || kind === 'move-default' || kind === 'restore-labels';
}

/** The open removal of the old control plane, when there is one. */
export function openRemoval(
  open: readonly UpgradeStep[],
): StepOf<'remove-control-plane'> | undefined {
  return open.find((step) => step.kind === 'remove-control-plane');
}

/** Why a record is not enough to take its run back; empty when it is. */
export function gapsOf({ runId, plan, hasSnapshot, journals, damage }: RecordedRun): string[] {
  if (damage.length > 0) return [...damage];
  if (plan === undefined) return [`its part plan is missing (meshlift-run-${runId}-plan)`];
  const begun = Object.keys(journals);
  const missing = missingJournals(plan, journals).map(
    (name) => `the journal of ${name} is missing (meshlift-run-${runId}-step-${name})`,
  );
  return begun.length > 0 && !hasSnapshot
    ? [`its part snapshot is missing (meshlift-run-${runId}-snapshot)`, ...missing]
    : missing;
}

/** Journals of steps that the report of the run has as carried out, and that are not there. */
export function lostJournals(
  { hop = 1, plan, journals }: RecordedRun,
  report: Pick<UpgradeReport, 'hops' | 'steps'> | undefined,
): readonly string[] {
  if (plan === undefined || report === undefined) return [];
  const { hops = [], steps } = report;
  const reported = hop <= hops.length ? hops[hop - 1]?.steps : steps;
  const done = new Set(reported?.filter(({ state }) => state === 'done').map(({ id }) => id));
  return plan.steps
    .filter((step) => isReversible(step) && done.has(step.id))
    .flatMap(journalsOf)
    .filter((name) => !Object.hasOwn(journals, name));
}

/** A run goes from step to step: what comes before one that began has begun too, and has said so. */
function missingJournals(
  { steps }: UpgradePlan,
  journals: RecordedRun['journals'],
): readonly string[] {
  const names = steps.filter(isReversible).flatMap(journalsOf);
  const last = names.findLastIndex((name) => Object.hasOwn(journals, name));
  return names.slice(0, Math.max(0, last)).filter((name) => !Object.hasOwn(journals, name));
}
