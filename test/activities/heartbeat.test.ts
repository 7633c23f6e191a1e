import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { startHeart, type Heart } from '../../src/activities/heartbeat.ts';

/** Well above the interval of the beats. */
const A_WHILE_MS = 1000;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** The details of the beats that come while this happens to a heart. */
async function beatsDuring(initial: unknown, life: (heart: Heart) => void): Promise<unknown[]> {
  const env = new MockActivityEnvironment();
  const beats: unknown[] = [];
  env.on('heartbeat', (details) => beats.push(details));
  await env.run(async () => {
    const heart = startHeart(initial);
    life(heart);
    heart.stop();
  });
  return beats;
}

it('a heart beats from the start with the checkpoint of the attempt before', async () => {
  const beats = await beatsDuring({ badLooks: 1 }, () => jest.advanceTimersByTime(A_WHILE_MS));

  expect(beats.length).toBeGreaterThan(1);
  expect(new Set(beats.map((beat) => JSON.stringify(beat)))).toEqual(new Set(['{"badLooks":1}']));
});

it('a heart repeats its newest checkpoint with every beat, so that none erases it', async () => {
  const beats = await beatsDuring({ done: 0 }, (heart) => {
    heart.beat({ done: 1 });
    heart.beat({ done: 2 });
    jest.advanceTimersByTime(A_WHILE_MS);
  });

  expect(beats.slice(0, 2)).toEqual([{ done: 1 }, { done: 2 }]);
  expect(beats.length).toBeGreaterThan(3);
  expect(beats.slice(2)).toEqual(beats.slice(2).map(() => ({ done: 2 })));
});

it('a heart that was stopped beats no more', async () => {
  const beats = await beatsDuring({ done: 0 }, () => jest.advanceTimersByTime(A_WHILE_MS));
  const count = beats.length;
  expect(count).toBeGreaterThan(1);

  jest.advanceTimersByTime(A_WHILE_MS);

  expect(beats).toHaveLength(count);
});
