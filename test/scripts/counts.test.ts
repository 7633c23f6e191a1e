import { describe, expect, it } from '@jest/globals';
import {
  addCounts,
  formatCounts,
  isCounts,
  isSuccess,
  NONE,
  ONE_FAILED,
  ONE_PASSED,
  ONE_SKIPPED,
} from '../../scripts/lib/counts.ts';

describe('counts', () => {
  it('of all stages are added up', () => {
    const sum = [ONE_PASSED, ONE_PASSED, ONE_FAILED, ONE_SKIPPED].reduce(addCounts, NONE);

    expect(sum).toEqual({ passed: 2, failed: 1, skipped: 1 });
  });

  it('are told in the words that CI reads', () => {
    expect(formatCounts({ passed: 3, failed: 0, skipped: 2 })).toBe(
      '3 passed, 0 failed, 2 skipped',
    );
  });

  it.each([
    [{ passed: 1, failed: 0, skipped: 0 }, true],
    [{ passed: 5, failed: 1, skipped: 0 }, false],
    [{ passed: 0, failed: 0, skipped: 0 }, false],
    [{ passed: 0, failed: 0, skipped: 3 }, false],
  ])('%j: success %p', (counts, expected) => {
    expect(isSuccess(counts)).toBe(expected);
  });

  it.each([
    [{ passed: 1, failed: 0, skipped: 0 }, true],
    [{ passed: 1, failed: 0 }, false],
    [{ passed: '1', failed: 0, skipped: 0 }, false],
    [null, false],
    ['1 passed', false],
  ])('%j is a count: %p', (value, expected) => {
    expect(isCounts(value)).toBe(expected);
  });
});
