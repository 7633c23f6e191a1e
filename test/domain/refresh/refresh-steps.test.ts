import { describe, expect, it } from '@jest/globals';
import type { StepOf, UpgradeStep } from '../../../src/domain/planning/step.ts';
import type { WavePolicy } from '../../../src/domain/policy.ts';
import { refreshSteps } from '../../../src/domain/refresh/refresh-steps.ts';
import { samplePolicy } from '../../support/sample-mesh.ts';
import { olderWorkload, PATCHED } from '../../support/sample-refresh.ts';

const OLDER = [
  olderWorkload('shop', 'web'),
  olderWorkload('shop', 'cart'),
  olderWorkload('edge', 'gateway'),
  olderWorkload('billing', 'ledger'),
];

function steps(waves: Partial<WavePolicy> = {}): readonly UpgradeStep[] {
  const policy = samplePolicy();
  return refreshSteps({
    older: OLDER,
    kept: [
      { kind: 'Job', namespace: 'shop', name: 'batch', age: 'older', because: 'it ends by itself' },
      {
        kind: 'Job',
        namespace: 'legacy',
        name: 'batch',
        age: 'older',
        because: 'it ends by itself',
      },
    ],
    target: PATCHED,
    policy: { ...policy, waves: { ...policy.waves, ...waves } },
    gatewayNamespaces: ['edge'],
  });
}

function wavesOf(all: readonly UpgradeStep[]): readonly StepOf<'wave'>[] {
  return all.filter((step): step is StepOf<'wave'> => step.kind === 'wave');
}

describe('the steps of a refresh', () => {
  it('are waves with a soak after each, a soak of the whole mesh and a last look', () => {
    expect(steps().map(({ id }) => id)).toEqual([
      'wave-1',
      'soak-wave-1',
      'wave-2',
      'soak-wave-2',
      'wave-3',
      'soak-wave-3',
      'soak-mesh',
      'verify-mesh',
    ]);
  });

  it('come in the order of an upgrade: the smallest namespace first, one with a gateway last', () => {
    expect(wavesOf(steps()).map(({ namespaces }) => namespaces)).toEqual([
      ['billing'],
      ['shop'],
      ['edge'],
    ]);
  });

  it('gather namespaces as the policy says', () => {
    const waves = wavesOf(steps({ percentages: [100] }));

    expect(waves.map(({ namespaces }) => namespaces)).toEqual([['billing', 'shop'], ['edge']]);
    expect(waves[0]?.workloads.map(({ name }) => name).toSorted()).toEqual([
      'cart',
      'ledger',
      'web',
    ]);
  });

  it('move no selector and say what proxy is waited for, and what stays', () => {
    const shop = wavesOf(steps())[1];

    expect(shop).toMatchObject({ tagMoves: [], namespaceMoves: [], target: PATCHED });
    expect(shop?.left).toEqual([
      { kind: 'Job', namespace: 'shop', name: 'batch', because: 'it ends by itself' },
    ]);
  });

  it('say that a restart is not taken back, and why', () => {
    const undos = new Set(wavesOf(steps()).map(({ undo }) => JSON.stringify(undo)));

    expect([...undos]).toEqual([expect.stringContaining('a restart cannot be taken back')]);
    expect([...undos][0]).toContain('"kind":"keep"');
  });
});
