import { describe, expect, it } from '@jest/globals';
import type { RolloutState } from '../../src/domain/health/assess-rollout.ts';
import {
  MAX_WORKLOADS_PER_BATCH,
  nextRestarts,
  takeBatch,
  type WindowEntry,
} from '../../src/domain/planning/restart-window.ts';

const STATES: Readonly<Record<string, RolloutState>> = {
  waiting: { kind: 'waiting' },
  moving: { kind: 'moving', message: 'on its way' },
  done: { kind: 'done', pods: 2 },
  failed: { kind: 'failed', message: 'crashes' },
};

/** Of `a waiting 2`: name, state and pods. */
function entry(text: string): WindowEntry {
  const [key = '', state = '', pods] = text.split(' ');
  const found = STATES[state];
  if (found === undefined) throw new TypeError(`no such state: ${state}`);
  return { key, state: found, pods: Number(pods) };
}

it.each([
  ['what fits begins, in order', ['a waiting 2', 'b waiting 2', 'c waiting 2'], ['a', 'b']],
  ['what is under way counts', ['a moving 2', 'b waiting 2', 'c waiting 2'], ['b']],
  ['what is done or failed does not count', ['a done 2', 'b failed 2', 'c waiting 4'], ['c']],
  ['nothing overtakes what does not fit yet', ['a moving 2', 'b waiting 4', 'c waiting 1'], []],
  ['what is larger than the budget goes alone', ['a waiting 9', 'b waiting 1'], ['a']],
  ['what is larger than the budget waits to be alone', ['a moving 1', 'b waiting 9'], []],
  ['what has no pods takes no room', ['a moving 4', 'b waiting 0'], ['b']],
])('in a budget of four pods, %s', (_rule, entries, expected) => {
  expect(nextRestarts(entries.map(entry), 4)).toEqual(expected);
});

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
