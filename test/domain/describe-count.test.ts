import { expect, it } from '@jest/globals';
import { describeCount } from '../../src/domain/rollout/describe-count.ts';

it.each([
  [0, '0 objects'],
  [1, '1 object'],
  [2, '2 objects'],
])('%d reads as %s', (count, text) => {
  expect(describeCount(count, 'object')).toBe(text);
});
