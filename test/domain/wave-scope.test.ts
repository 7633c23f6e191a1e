import { describe, expect, it } from '@jest/globals';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import type { StepOf } from '../../src/domain/planning/step.ts';
import { scopeBackwards, scopeForwards } from '../../src/domain/planning/wave-scope.ts';
import { waveStep } from '../support/sample-run.ts';

function ref(name: string): WorkloadRef {
  return { kind: 'Deployment', namespace: 'shop', name, uid: `uid-${name}` };
}

function wave(
  number: number,
  workloads: readonly string[],
  changes: Partial<StepOf<'wave'>> = {},
): StepOf<'wave'> {
  return waveStep(workloads.map(ref), { id: `wave-${number}`, number, ...changes });
}

/** Two waves of namespace `shop`, with one of another namespace between. */
const FIRST = wave(1, ['cart'], { namespaces: ['shop'] });
const OTHER = wave(2, ['mail'], { namespaces: ['post'] });
const REST = wave(3, ['web'], { namespaces: ['shop', 'depot'] });
const STEPS = [FIRST, OTHER, REST];

describe('who came into a namespace since the plan was made', () => {
  it('is restarted by the last wave of that namespace alone', () => {
    expect(scopeForwards(STEPS, REST).namespaces).toEqual(['shop', 'depot']);

    expect(scopeForwards(STEPS, FIRST).namespaces).toEqual([]);
  });

  it('is nobody whom another wave moves', () => {
    expect([...scopeForwards(STEPS, REST).claimed]).toEqual(['uid-cart', 'uid-mail']);
    expect([...scopeForwards(STEPS, FIRST).claimed]).toEqual(['uid-mail', 'uid-web']);
  });

  it('is nobody where only labels of pods select', () => {
    const mixed = wave(1, [], { namespaces: ['shop', 'legacy'], podLabelled: ['legacy'] });

    expect(scopeForwards([mixed], mixed).namespaces).toEqual(['shop']);
    expect(scopeBackwards([mixed], mixed).namespaces).toEqual(['shop']);
  });
});

describe('what goes back with a wave', () => {
  it('is everything in its namespaces, also what a later wave would have moved', () => {
    expect(scopeBackwards(STEPS, FIRST).namespaces).toEqual(['shop']);
    expect([...scopeBackwards(STEPS, FIRST).claimed]).toEqual([]);
  });

  it('is not what an earlier wave moved, which goes back by its own', () => {
    expect([...scopeBackwards(STEPS, REST).claimed]).toEqual(['uid-cart', 'uid-mail']);
  });
});
