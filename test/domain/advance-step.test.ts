import { describe, expect, it } from '@jest/globals';
import { advanceStep } from '../../src/domain/rollout/advance-step.ts';
import type { StepReport, StepState } from '../../src/domain/report.ts';

const PENDING: StepReport = { id: 'wave-1', kind: 'wave', title: 'Move shop', state: 'pending' };

/** The step after these states, each reached at the minute that stands with it. */
function after(...events: readonly (readonly [StepState, number, string?])[]): StepReport {
  return events.reduce<StepReport>(
    (step, [state, minute, detail]) => advanceStep(step, { state, at: time(minute), detail }),
    PENDING,
  );
}

function time(minute: number): string {
  return `2026-11-21T10:${String(minute).padStart(2, '0')}:00.000Z`;
}

describe('the times of a step', () => {
  it('are its beginning and its end', () => {
    expect(after(['begun', 1], ['done', 3, '2 of 2 workloads'])).toEqual({
      ...PENDING,
      state: 'done',
      begunAt: time(1),
      endedAt: time(3),
      detail: '2 of 2 workloads',
    });
  });

  it('stay its own when it is undone much later, and the undo has times of its own', () => {
    const step = after(['begun', 1], ['done', 3], ['undoing', 40], ['undone', 42, 'taken back']);

    expect(step).toEqual({
      ...PENDING,
      state: 'undone',
      begunAt: time(1),
      endedAt: time(3),
      undoBegunAt: time(40),
      undoEndedAt: time(42),
      detail: 'taken back',
    });
  });

  it('end with the beginning of the undo when the step was cut off', () => {
    expect(after(['begun', 1], ['undoing', 4], ['undone', 5])).toMatchObject({
      begunAt: time(1),
      endedAt: time(4),
      undoBegunAt: time(4),
      undoEndedAt: time(5),
    });
  });

  it('count from the first attempt to the last', () => {
    expect(after(['begun', 1], ['failed', 2], ['begun', 7], ['done', 9])).toMatchObject({
      begunAt: time(1),
      endedAt: time(9),
    });
    expect(
      after(['begun', 1], ['done', 2], ['undoing', 4], ['undo-failed', 5], ['undoing', 8]),
    ).toMatchObject({ endedAt: time(2), undoBegunAt: time(4) });
  });

  it('have no end while the step, or its undo, goes on again', () => {
    expect(after(['begun', 1], ['failed', 2], ['begun', 7])).not.toHaveProperty('endedAt');
    expect(
      after(['begun', 1], ['undoing', 4], ['undo-failed', 5], ['undoing', 8]),
    ).not.toHaveProperty('undoEndedAt');
  });

  it('come with what was told last', () => {
    expect(after(['begun', 1], ['failed', 2, 'it crashed'], ['undoing', 3]).detail).toBe(
      'it crashed',
    );
  });
});
