import { expect, it } from '@jest/globals';
import { backOffMs } from '../../../rig/ads-stand-in/back-off.ts';

it.each([
  [0, 1, 500],
  [1, 1, 1_000],
  [3, 1, 4_000],
  [20, 1, 30_000],
  [3, 0.25, 1_000],
])('after %d failures at the random point %d of the time it is %d ms', (failures, random, ms) => {
  expect(backOffMs(failures, random)).toBe(ms);
});
