import { expect, it } from '@jest/globals';
import { evenly } from '../support/evenly.ts';
import { seeded } from '../support/seeded.ts';

it('of every ten numbers that are spread evenly three are below 0.3, in another order each time', () => {
  const chance = evenly(seeded(7));
  const blocks = Array.from({ length: 50 }, () => Array.from({ length: 10 }, chance));

  const hits = blocks.map((block) => block.map((number) => number < 0.3));

  expect(new Set(hits.map((block) => block.filter(Boolean).length))).toEqual(new Set([3]));
  expect(new Set(hits.map(String)).size).toBeGreaterThan(20);
});
