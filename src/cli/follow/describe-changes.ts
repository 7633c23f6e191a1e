import type { CurrentCounts, Progress } from '../../domain/progress.ts';
import type { StepReport, StepState } from '../../domain/report.ts';
import { stripUnprintable } from '../../domain/report-markdown.ts';
import { describeControlPlane } from '../../domain/rollout/describe-control-plane.ts';
import { describeCount } from '../../domain/rollout/describe-count.ts';
import { formatTime } from '../render/time.ts';
import { describeCounts, describeHeld } from '../render/wave-progress.ts';

/** What is new since the last look, a line each; of a run that has just begun, everything. */
export function describeChanges(previous: Progress | undefined, next: Progress): readonly string[] {
  return toLines(previous, next, stepChanges(previous?.steps ?? [], next.steps));
}

/**
 * Where a run stands that began before anybody looked: what is over is counted, since a line of its
 * own would read as if it had just happened.
 */
export function describeStanding(run: Progress): readonly string[] {
  const over = run.steps.filter(({ state }) => OVER.some((each) => each === state));
  const soFar = over.length === 0 ? [] : [`so far: ${countStates(over, run.steps.length)}`];
  return toLines(undefined, run, [...soFar, ...stepChanges(over, run.steps)]);
}

/**
 * The same progress with the count that was told last. A pause or a worker's end takes the count
 * away for a while; when it is back it is no news.
 */
export function keepCount(previous: Progress | undefined, next: Progress): Progress {
  const count = previous?.current;
  if (previous === undefined || count === undefined || next.current !== undefined) return next;
  const stateIn = ({ steps }: Progress): StepState | undefined =>
    steps.find(({ id }) => id === count.step)?.state;
  return stateIn(previous) === stateIn(next) ? { ...next, current: count } : next;
}

/** States of steps that are over and well: nothing is to be done about them. */
const OVER = ['done', 'skipped', 'undone'] as const satisfies readonly StepState[];

/** `3 of 12 steps done, 1 skipped`. */
function countStates(over: readonly StepReport[], total: number): string {
  const count = (wanted: StepState): number => over.filter(({ state }) => state === wanted).length;
  const others = OVER.slice(1).filter((state) => count(state) > 0);
  return [
    `${count('done')} of ${describeCount(total, 'step')} done`,
    ...others.map((state) => `${count(state)} ${state}`),
  ].join(', ');
}

function toLines(
  previous: Progress | undefined,
  next: Progress,
  steps: readonly string[],
): readonly string[] {
  const lines = [
    ...changed('phase', previous?.phase, next.phase),
    ...changed('plan', previous?.planDigest, next.planDigest),
    ...steps,
    ...countChange(previous, next),
    ...changed('waiting for', previous?.waitingFor, next.waitingFor),
    ...changed('paused', previous?.pausedBecause, next.pausedBecause),
  ];
  return lines.map((line) => formatTime(stripUnprintable(line)));
}

function changed(
  name: string,
  before: string | undefined,
  after: string | undefined,
): readonly string[] {
  return after === undefined || before === after ? [] : [`${name}: ${after}`];
}

function stepChanges(
  previous: readonly StepReport[],
  next: readonly StepReport[],
): readonly string[] {
  const before = new Map(previous.map((step) => [step.id, step]));
  return next
    .filter((step) => step.state !== (before.get(step.id)?.state ?? 'pending'))
    .map(describeStep);
}

function describeStep(step: StepReport): string {
  const detail = step.detail === undefined ? '' : ` (${step.detail})`;
  return `${step.id}: ${step.state}: ${step.title}${detail}`;
}

/** Counts are told at every quarter, so that a log does not fill with them. */
function countChange(previous: Progress | undefined, next: Progress): readonly string[] {
  const { current } = next;
  if (current === undefined || current.total === 0) return [];
  const isSame = previous?.current?.step === current.step;
  const before = isSame ? quarterOf(previous.current) : 0;
  const held = describeHeld(current);
  const isNews = held !== '' && (!isSame || held !== describeHeld(previous.current));
  return [
    ...(quarterOf(current) > before || isOtherControlPlane(previous?.current, current)
      ? [`${current.step}: ${describeCounts(current)}`]
      : []),
    // What is held by the window itself changes with every pod; a budget that lets nobody go is news.
    ...(isNews && current.moving === 0 ? [`${current.step}: ${held}`] : []),
  ];
}

/** Its few pods come and go one by one, and each is news. */
function isOtherControlPlane(
  before: Progress['current'],
  { controlPlane }: CurrentCounts,
): boolean {
  if (controlPlane === undefined) return false;
  return describeControlPlane(before?.controlPlane ?? []) !== describeControlPlane(controlPlane);
}

function quarterOf(current: Progress['current']): number {
  if (current === undefined || current.total === 0) return 0;
  return Math.floor((current.done / current.total) * 4);
}
