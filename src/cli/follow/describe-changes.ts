import type { Progress } from '../../domain/progress.ts';
import type { StepReport } from '../../domain/report.ts';
import { stripUnprintable } from '../../domain/report-markdown.ts';
import { formatTime } from '../render/time.ts';

/** What is new since the last look, a line each; everything at the first look. */
export function describeChanges(previous: Progress | undefined, next: Progress): readonly string[] {
  const lines = [
    ...changed('phase', previous?.phase, next.phase),
    ...changed('plan', previous?.planDigest, next.planDigest),
    ...stepChanges(previous, next),
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

function stepChanges(previous: Progress | undefined, next: Progress): readonly string[] {
  const before = new Map(previous?.steps.map((step) => [step.id, step]));
  return next.steps
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
  return quarterOf(current) > before ? [`${current.step}: ${current.done}/${current.total}`] : [];
}

function quarterOf(current: Progress['current']): number {
  if (current === undefined || current.total === 0) return 0;
  return Math.floor((current.done / current.total) * 4);
}
