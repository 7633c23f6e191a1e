import { describe, expect, it } from '@jest/globals';
import type { BudgetFacts } from '../../../src/domain/inventory/capacity.ts';
import { chooseMethod } from '../../../src/domain/restart/choose-method.ts';
import type { RolloutLimits } from '../../../src/domain/restart/rollout-limits.ts';

const RESTART = { kind: 'restart' } as const;

function budget(changes: Partial<BudgetFacts> = {}): BudgetFacts {
  return {
    namespace: 'shop',
    name: 'cart',
    selector: { matchLabels: { app: 'cart' } },
    expectedPods: 8,
    desiredHealthy: 7,
    currentHealthy: 8,
    disruptionsAllowed: 1,
    ...changes,
  };
}

const TURNS: RolloutLimits = { desired: 8, unavailable: 2, surge: 2, replaces: 'in-turns' };

describe('the way in which pods are replaced', () => {
  it.each([
    ['where there is no budget', TURNS, [], 'template'],
    [
      'where the strategy stays within the budget',
      { ...TURNS, unavailable: 1 },
      [budget()],
      'template',
    ],
    ['where the strategy takes more than the budget', TURNS, [budget()], 'evict'],
    [
      'where one of two budgets is stricter',
      TURNS,
      [budget({ desiredHealthy: 2 }), budget({ name: 'all', desiredHealthy: 7 })],
      'evict',
    ],
    [
      'where a budget lets nobody go and the strategy takes nobody away',
      { ...TURNS, unavailable: 0 },
      [budget({ desiredHealthy: 8, disruptionsAllowed: 0 })],
      'template',
    ],
    [
      'where all pods would go at once',
      { desired: 3, unavailable: 3, surge: 0, replaces: 'all-at-once' },
      [],
      'evict',
    ],
    [
      'where the only pod goes at once anyhow',
      { desired: 1, unavailable: 1, surge: 0, replaces: 'all-at-once' },
      [],
      'template',
    ],
    [
      'where a template does not replace every pod',
      { desired: 3, unavailable: 1, surge: 0, replaces: 'not-all', because: 'OnDelete' },
      [],
      'evict',
    ],
  ] as const)('%s', (_where, limits, budgets, expected) => {
    expect(chooseMethod(RESTART, limits, budgets).kind).toBe(expected);
  });

  it('names the budget that a rolling update would break', () => {
    expect(chooseMethod(RESTART, TURNS, [budget()])).toEqual({
      kind: 'evict',
      because: 'its strategy takes 2 away at once and budget shop/cart lets 1 go',
    });
  });
});
