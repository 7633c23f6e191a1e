import { describe, expect, it } from '@jest/globals';
import { buildSteps } from '../../src/domain/planning/build-steps.ts';
import { outlinePlan } from '../../src/domain/planning/outline-plan.ts';
import type { UpgradeStep } from '../../src/domain/planning/step.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { samplePlan } from '../support/sample-run.ts';
import { movedIn, sampleMesh, samplePolicy } from '../support/sample-mesh.ts';

const COMPLETE = { expiresSeconds: 3600 };

function stepsUnder(gates: Policy['gates']): readonly UpgradeStep[] {
  const mesh = sampleMesh();
  return buildSteps({
    mesh,
    policy: samplePolicy({ gates }),
    treated: movedIn(mesh),
    gatewayNamespaces: [],
    from: { revision: '1-25-1', version: '1.25.1' },
    to: { revision: '1-26-1', version: '1.26.1' },
    base: [],
    pilot: [],
    old: [],
  });
}

function orderOf(gates: Policy['gates']): readonly string[] {
  return stepsUnder(gates)
    .filter(({ kind }) => kind === 'gate' || kind === 'wave')
    .map(({ id }) => id);
}

describe('a gate before waves', () => {
  it('stands nowhere unless the policy asks for it', () => {
    expect(orderOf({ complete: COMPLETE })).toEqual([
      'wave-1',
      'wave-2',
      'wave-3',
      'gate-complete',
    ]);
  });

  it('stands right before the first wave, or before each', () => {
    const first = { expiresSeconds: 60, before: 'first' } as const;

    expect(orderOf({ complete: COMPLETE, wave: first })).toEqual([
      'gate-wave-1',
      'wave-1',
      'wave-2',
      'wave-3',
      'gate-complete',
    ]);
    expect(orderOf({ complete: COMPLETE, wave: { ...first, before: 'every' } })).toEqual([
      'gate-wave-1',
      'wave-1',
      'gate-wave-2',
      'wave-2',
      'gate-wave-3',
      'wave-3',
      'gate-complete',
    ]);
  });

  it('tells the run its wave and its time', () => {
    const wave = { expiresSeconds: 60, before: 'first' } as const;
    const plan = samplePlan(stepsUnder({ complete: COMPLETE, wave }));

    const { steps } = outlinePlan(plan, 'sha256:x');

    expect(steps.find(({ id }) => id === 'gate-wave-1')).toMatchObject({ wave: 1, seconds: 60 });
  });
});
