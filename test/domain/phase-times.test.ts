import { describe, expect, it } from '@jest/globals';
import { phaseTimes } from '../../src/domain/phase-times.ts';
import type { StepReport } from '../../src/domain/report.ts';

function step(id: string, kind: string, begun?: number, ended?: number): StepReport {
  const at = (seconds: number): string => new Date(seconds * 1000).toISOString();
  return {
    id,
    kind,
    title: id,
    state: 'done',
    ...(begun === undefined ? {} : { begunAt: at(begun) }),
    ...(ended === undefined ? {} : { endedAt: at(ended) }),
  };
}

describe('the times of the phases', () => {
  it('are from the first beginning to the last end, soaks included', () => {
    const steps = [
      step('snapshot', 'snapshot', 0, 1),
      step('crds', 'apply-crds', 1, 4),
      step('control-plane', 'install-control-plane', 4, 6),
      step('verify-control-plane', 'verify-control-plane', 6, 9),
      step('soak-control-plane', 'soak', 9, 19),
      step('wave-1', 'wave', 19, 25),
      step('soak-wave-1', 'soak', 25, 35),
      step('wave-2', 'wave', 35, 40),
      step('soak-mesh', 'soak', 50, 60),
    ];

    expect(phaseTimes(steps).map(({ phase, seconds }) => [phase, seconds])).toEqual([
      ['CRDs', 3],
      ['control plane', 15],
      ['sidecars', 21],
    ]);
  });

  it('are not told of a phase that has not begun, or not ended', () => {
    const steps = [step('crds', 'apply-crds', 1), step('wave-1', 'wave')];

    expect(phaseTimes(steps)).toEqual([]);
  });
});
