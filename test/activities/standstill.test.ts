import { expect, it } from '@jest/globals';
import { createStandstill } from '../../src/activities/restart/standstill.ts';

it('is due after ten seconds in which nothing came further, then after twice as long each time', () => {
  const standstill = createStandstill();
  const due: number[] = [];

  for (let second = 0; second <= 200; second += 1) {
    if (standstill.isDue('1 of 3', second * 1000)) due.push(second);
  }

  expect(due).toEqual([10, 30, 70, 150]);
});

it('is not due where something comes further, and begins anew from there', () => {
  const standstill = createStandstill();
  const due: number[] = [];

  for (let second = 0; second <= 40; second += 1) {
    const howFar = second < 25 ? `${Math.floor(second / 5)} of 9` : 'all but one';
    if (standstill.isDue(howFar, second * 1000)) due.push(second);
  }

  expect(due).toEqual([35]);
});
