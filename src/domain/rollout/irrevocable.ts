import type { PlanOutline, StepOutline } from '../planning/plan.ts';

/**
 * What cannot be taken back any more once the gate is passed, in words: of the steps from there to the
 * next gate. `gate` is the id of the gate's step; absent: the gate stands before all steps.
 */
export function irrevocableAfter(outline: PlanOutline, gate?: string): readonly string[] {
  const { steps, strategy } = outline;
  const begin = gate === undefined ? 0 : steps.findIndex(({ id }) => id === gate) + 1;
  const rest = steps.slice(begin);
  const next = rest.findIndex(({ kind }) => kind === 'gate');
  const until = next < 0 ? rest : rest.slice(0, next);
  const isLast = next < 0 && strategy !== 'refresh' && strategy !== 'rollback';
  return [
    ...until.filter((step) => isIrrevocable(step, outline)).map(({ title }) => title),
    ...(isLast && gate !== undefined ? [AFTER_THE_LAST] : []),
  ];
}

const AFTER_THE_LAST =
  'this run takes nothing back by itself any more once it is through: the way back is then rollbackMesh';

function isIrrevocable({ kind, undo }: StepOutline, { strategy }: PlanOutline): boolean {
  if (undo === 'keep' || undo === 'point-of-no-return') return true;
  return strategy === 'rollback' && (kind === 'undo-step' || kind === 'restore-control-plane');
}
