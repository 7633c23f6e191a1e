import { describe, expect, it } from '@jest/globals';
import type { BudgetFacts } from '../../../../src/domain/inventory/capacity.ts';
import { whyTemplateStays } from '../../../../src/domain/restart/manual/why-template-stays.ts';
import type { RolloutLimits } from '../../../../src/domain/restart/rollout-limits.ts';
import { workloadDetail } from '../../../support/sample-inventory.ts';

const ROLLING: RolloutLimits = { desired: 4, unavailable: 2, surge: 0, replaces: 'in-turns' };
const STUCK: RolloutLimits = { ...ROLLING, replaces: 'not-all', because: 'its rollout is paused' };

function why(
  rollout: RolloutLimits,
  { room = 2, ...more }: { readonly room?: number; readonly updateStrategy?: string } = {},
): string | undefined {
  const budget: BudgetFacts = {
    namespace: 'shop',
    name: 'cart',
    selector: {},
    expectedPods: 4,
    desiredHealthy: 4 - room,
    currentHealthy: 4,
    disruptionsAllowed: room,
  };
  return whyTemplateStays(workloadDetail({ rollout, ...more }), [budget]);
}

describe('a new pod template', () => {
  it('moves what its strategy replaces within its budgets, and what is evicted into it', () => {
    expect(why(ROLLING)).toBeUndefined();
    expect(why({ ...ROLLING, replaces: 'all-at-once' })).toBeUndefined();
    expect(why(STUCK, { updateStrategy: 'OnDelete' })).toBeUndefined();
  });

  it('moves nothing where the pods that come are made from the old one', () => {
    expect(why(STUCK)).toBe('a new pod template would not replace its pods: its rollout is paused');
  });

  it('is refused where its rollout would break a budget', () => {
    expect(why(ROLLING, { room: 1 })).toBe(
      'a new pod template would break a budget: its strategy takes 2 away at once and budget shop/cart lets 1 go',
    );
  });
});
