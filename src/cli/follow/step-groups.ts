import type { Progress } from '../../domain/progress.ts';
import type { StepReport } from '../../domain/report.ts';
import { describeCounts } from '../render/wave-progress.ts';

/** A run of steps that people see as one thing, such as a wave with its soak. */
export interface StepGroup {
  readonly label: string;
  readonly state: 'pending' | 'begun' | 'done' | 'failed' | 'undoing' | 'undone';
  /** From 0 to 1; falls again while its steps are undone. */
  readonly fraction: number;
  /** What is under way in it, or how it ended, in words. */
  readonly detail: string;
}

/** Steps by phase and wave, in order. A soak belongs to what it watches: the steps before it. */
export function groupSteps(progress: Pick<Progress, 'steps' | 'current'>): readonly StepGroup[] {
  const groups: { label: string; steps: StepReport[] }[] = [];
  for (const step of progress.steps) {
    const last = groups.at(-1);
    const label = labelOf(step, last?.label);
    if (last?.label === label) last.steps.push(step);
    else groups.push({ label, steps: [step] });
  }
  return groups.map(({ label, steps }) => summarise(label, steps, progress.current));
}

/** As many groups as fit: the waves become one when there are too many for the screen. */
export function fitGroups(groups: readonly StepGroup[], most: number): readonly StepGroup[] {
  if (groups.length <= most) return groups;
  const waves = groups.filter(isWave);
  const first = groups.findIndex(isWave);
  if (waves.length < 2) return groups.slice(0, most);
  const rest = groups.filter((group) => !isWave(group));
  return rest.toSpliced(first, 0, mergeWaves(waves)).slice(0, most);
}

const LABELS: Readonly<Record<string, string>> = {
  snapshot: 'Prepare',
  'apply-crds': 'Prepare',
  'install-control-plane': 'Control plane',
  'verify-control-plane': 'Control plane',
  gate: 'Approval',
  'move-default': 'Complete',
  'restore-labels': 'Complete',
  census: 'Remove old',
  'remove-control-plane': 'Remove old',
  'verify-mesh': 'Verify',
};

function labelOf(step: StepReport, previous: string | undefined): string {
  if (step.kind === 'wave') return `Wave ${/\d+$/.exec(step.id)?.[0] ?? step.id}`;
  if (step.id === 'soak-mesh') return 'Whole mesh';
  if (step.kind === 'soak') return previous ?? 'Soak';
  return LABELS[step.kind] ?? step.kind;
}

function summarise(
  label: string,
  steps: readonly StepReport[],
  current: Progress['current'],
): StepGroup {
  const active = steps.find((step) => ['begun', 'undoing'].includes(step.state));
  const failed = steps.find((step) => ['failed', 'undo-failed'].includes(step.state));
  const finished = steps.filter((step) => ['done', 'skipped'].includes(step.state)).length;
  const counts = active !== undefined && current?.step === active.id && current.total > 0;
  const part = counts && active.state === 'begun' ? Math.min(current.done / current.total, 1) : 0;
  const numbers = counts ? ` ${describeCounts(current)}` : '';
  const told = failed ?? active;
  return {
    label,
    state: stateOf(steps),
    fraction: (finished + part) / steps.length,
    detail: told === undefined ? '' : `${told.title}${numbers}`,
  };
}

function stateOf(steps: readonly StepReport[]): StepGroup['state'] {
  const has = (...states: readonly StepReport['state'][]): boolean =>
    steps.some((step) => states.includes(step.state));
  if (has('undoing')) return 'undoing';
  if (has('failed', 'undo-failed')) return 'failed';
  if (has('begun')) return 'begun';
  if (has('undone')) return 'undone';
  if (!has('pending')) return 'done';
  return has('done', 'skipped') ? 'begun' : 'pending';
}

function isWave(group: StepGroup): boolean {
  return group.label.startsWith('Wave ');
}

function mergeWaves(waves: readonly StepGroup[]): StepGroup {
  const order = ['undoing', 'failed', 'begun', 'undone', 'pending', 'done'] as const;
  const state = order.find((one) => waves.some((wave) => wave.state === one)) ?? 'pending';
  const isUnderWay = state === 'pending' && waves.some((wave) => wave.state === 'done');
  const active = waves.find((wave) => wave.detail !== '');
  return {
    label: `${waves.length} waves`,
    state: isUnderWay ? 'begun' : state,
    fraction: waves.reduce((sum, wave) => sum + wave.fraction, 0) / waves.length,
    detail: active === undefined ? '' : `${active.label}: ${active.detail}`,
  };
}
