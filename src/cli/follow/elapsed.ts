import type { PlanOutline } from '../../domain/planning/plan.ts';
import type { Progress } from '../../domain/progress.ts';

/** A soak reports no numbers while it waits; how far it is follows from the plan and the clock. */
export function withElapsed(
  progress: Progress,
  plan: PlanOutline | undefined,
  nowMs: number,
): Progress {
  const soak = progress.steps.find(({ kind, state }) => kind === 'soak' && state === 'begun');
  const total = plan?.steps.find(({ id }) => id === soak?.id)?.seconds;
  if (progress.current !== undefined || soak?.begunAt === undefined || total === undefined) {
    return progress;
  }
  const elapsed = Math.floor((nowMs - Date.parse(soak.begunAt)) / 1000);
  const done = Math.min(Math.max(elapsed, 0), total);
  return { ...progress, current: { step: soak.id, done, total } };
}
