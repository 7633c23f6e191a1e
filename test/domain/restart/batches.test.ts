import { describe, expect, it } from '@jest/globals';
import { MAX_WORKLOADS_PER_BATCH, takeBatch } from '../../../src/domain/restart/batches.ts';

const numbers = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => index);

describe('the batches of a wave', () => {
  it.each([
    [0, [0]],
    [1, [1]],
    [500, [500]],
    [501, [500, 1]],
    [1200, [500, 500, 200]],
  ])('of %i workloads have %j', (count, sizes) => {
    expect(MAX_WORKLOADS_PER_BATCH).toBe(500);

    const batches = sizes.map((_, batch) => takeBatch(numbers(count), batch));

    expect(batches.map(({ items }) => items.length)).toEqual(sizes);
    expect(batches.map(({ isLast }) => isLast)).toEqual(
      sizes.map((_, batch) => batch === sizes.length - 1),
    );
    expect(batches.flatMap(({ items }) => items)).toEqual(numbers(count));
    expect(batches.map(({ before }) => before)).toEqual(sizes.map((_, batch) => batch * 500));
  });

  it('end with an empty one when workloads went away meanwhile', () => {
    expect(takeBatch(numbers(3), 1)).toEqual({ items: [], before: 3, isLast: true });
  });
});
