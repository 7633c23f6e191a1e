import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import {
  agree,
  compareAllCombinations,
  formatCombination,
  type Combination,
} from './support/injection-agreement.ts';

const LEAST_COMBINATIONS = 60;
const COMPARISON_TIMEOUT_MS = 5 * 60_000;
const NOBODY = { injectors: [], policies: {} };

let bench: Bench;
let combinations: readonly Combination[];

beforeAll(async () => {
  bench = await openBench('agreement');
  combinations = await compareAllCombinations(bench);
}, SETUP_TIMEOUT_MS + COMPARISON_TIMEOUT_MS);

afterAll(() => bench.close(), 60_000);

describe('the prediction of injection', () => {
  it.each(['injected', 'ambiguous', 'refused', 'none'])(
    'is tried on pods of which some are %s',
    (kind) => {
      expect(combinations.some(({ predicted }) => predicted.kind === kind)).toBe(true);
    },
  );

  it('is tried on refusals by a webhook without anybody behind it and by istiod itself', () => {
    const messages = combinations.flatMap(({ actual }) =>
      actual.kind === 'refused' ? [actual.message] : [],
    );

    expect(messages).toContainEqual(expect.stringContaining('failed calling webhook'));
    expect(messages).toContainEqual(expect.stringContaining('requested template "absent"'));
  });

  it('agrees in every combination with what the real webhooks do', () => {
    const agreed = combinations.filter(({ agrees }) => agrees).length;
    console.log(`injection: ${agreed} of ${combinations.length} predictions agreed`);

    expect(combinations.length).toBeGreaterThanOrEqual(LEAST_COMBINATIONS);
    expect(combinations.filter(({ agrees }) => !agrees).map(formatCombination)).toEqual([]);
  });

  it('would not agree if it said something else', () => {
    const injected = combinations.filter(({ actual }) => actual.kind === 'injected');
    const left = combinations.filter(({ actual }) => actual.kind === 'none');
    const wrong = { kind: 'injected', revision: 'another', webhook: 'w' } as const;

    expect(injected.filter(({ actual }) => agree(wrong, actual, NOBODY))).toEqual([]);
    expect(left.filter(({ actual }) => agree(wrong, actual, NOBODY))).toEqual([]);
    expect(
      injected.filter(({ actual }) => agree({ kind: 'unknown', why: '' }, actual, NOBODY)),
    ).toEqual([]);
  });
});
