import type { StepRef } from '../activities/run-ref.ts';
import type { WindowNeed } from '../activities/time/window-need.ts';
import type { StepOutline } from '../domain/planning/plan.ts';
import type { StepKind } from '../domain/planning/step.ts';
import { describeCount } from '../domain/rollout/describe-count.ts';
import { mutating, observing, restarting } from './activity-proxies.ts';
import type { Place } from './go-on-anew.ts';
import { callFor, whileMutating, type Run } from './run.ts';
import type { StepResult } from './run-steps.ts';
import { describeReceipt } from './undo-steps.ts';
import { whileOpen } from './window.ts';

export type RollbackStep = StepOutline & {
  readonly kind: Extract<StepKind, 'undo-step' | 'restore-control-plane' | 'prove-restored'>;
};

/** One step of a rollback. The undo of a wave may take hours, and any recorded step may be one. */
export async function runRollbackStep(
  run: Run,
  step: RollbackStep,
  ref: StepRef,
  need: WindowNeed | undefined,
): Promise<StepResult> {
  const call = callFor(run, step.title);
  const place: Place = { kind: 'step', id: step.id };
  switch (step.kind) {
    case 'restore-control-plane': {
      const { objects } = await whileOpen(run, need, place, (window) =>
        whileMutating(run, mutating(call).restoreControlPlane({ ...ref, ...window })),
      );
      return { kind: 'ok', detail: `${describeCount(objects, 'object')} made again` };
    }
    case 'undo-step': {
      const receipt = await whileOpen(run, need, place, (window) =>
        whileMutating(run, restarting(call).undoRecordedStep({ ...ref, ...window })),
      );
      return { kind: 'ok', detail: describeReceipt(receipt) };
    }
    case 'prove-restored': {
      const proof = await observing(call).proveRolledBack(ref);
      run.restored = proof.restored;
      run.differences = proof.differences;
      if (proof.restored) {
        return { kind: 'ok', detail: describeCount(proof.differences.length, 'difference') };
      }
      const places = proof.ours.map(
        ({ path, expected, found }) => `${path}: expected ${expected}, found ${found}`,
      );
      return { kind: 'failed', cause: places.slice(0, MOST_PLACES).join('; ') };
    }
  }
}

/** The report lists them all. */
const MOST_PLACES = 10;
