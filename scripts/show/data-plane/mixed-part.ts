import type { Part } from '../topic.ts';

const MIXED = { workloads: 1000, failing: 8 } as const;

export const mixedPart: Part = {
  name: 'mixed',
  title:
    `${MIXED.workloads} workloads of every kind, 30 % with budgets, 10 % slow, ${MIXED.failing} failing: ` +
    'once, within their budgets; about 15 minutes',
  run: async (run) => {
    // The bench is loaded where it is run: `--help` has no need of it.
    const { measureMixed } = await import('../../../bench/data-plane/mixed-run.ts');
    const { checkMixed } = await import('../../../bench/data-plane/mixed-checks.ts');
    return checkMixed(await measureMixed(MIXED, run), MIXED);
  },
};
