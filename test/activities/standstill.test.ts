import { expect, it } from '@jest/globals';
import { createStandstill } from '../../src/activities/restart/standstill.ts';

type HowFar = Readonly<Record<string, string>>;

/** The seconds at which lists are due, each of which comes a second later and shows this much that was missed. */
function dueSeconds(
  seconds: number,
  howFar: (second: number) => HowFar,
  missedIn: (list: number) => number = () => 0,
): number[] {
  const standstill = createStandstill();
  const due: number[] = [];
  let missed = 0;
  for (let second = 0; second <= seconds; second += 1) {
    const now = second * 1000;
    const answeredAt = ((due.at(-1) ?? Infinity) + 1) * 1000;
    const certainAt = now >= answeredAt ? answeredAt : 0;
    if (now === answeredAt) missed += missedIn(due.length);
    const parts = Object.entries(howFar(second)).map(
      ([key, at]) => [key, { howFar: at, certainAt }] as const,
    );
    if (standstill.ofAll(new Map(parts), { now, missed }).length > 0) due.push(second);
  }
  return due;
}

it('is due after ten seconds in which nothing came further, then after twice as long each time', () => {
  expect(dueSeconds(200, () => ({ web: '1 of 3' }))).toEqual([10, 30, 70, 150]);
});

it('is not due where something comes further, and begins anew from there', () => {
  const due = dueSeconds(40, (second) => ({
    web: second < 25 ? `${Math.floor(second / 5)} of 9` : 'all but one',
  }));

  expect(due).toEqual([35]);
});

it('is due for one that stands still while others come further', () => {
  const due = dueSeconds(25, (second) => ({ web: `${second} of 99`, cart: '1 of 3' }));

  expect(due).toEqual([10]);
});

it('is due again soon after a list that showed what a watch had missed', () => {
  const missedIn = (list: number): number => (list <= 2 ? 1 : 0);

  const due = dueSeconds(40, () => ({ web: '1 of 3' }), missedIn);

  // Listed at 10 and 14, each time with something missed; what is still after it is waited for longer.
  expect(due).toEqual([10, 14, 18, 26]);
});

it('is no sooner due for what came further by itself while a list was made', () => {
  const due = dueSeconds(60, (second) => ({ web: second <= 10 ? '1 of 3' : '2 of 3' }));

  expect(due).toEqual([10, 31]);
});

it('names what stands still, and nothing else', () => {
  const standstill = createStandstill();
  const look = (second: number): readonly string[] =>
    standstill.ofAll(
      new Map([
        ['web', { howFar: `${second} of 99`, certainAt: 0 }],
        ['cart', { howFar: '1 of 3', certainAt: 0 }],
      ]),
      { now: second * 1000, missed: 0 },
    );

  expect([0, 5, 10].map(look)).toEqual([[], [], ['cart']]);
});

it('knows of no part that is not there any more', () => {
  expect(dueSeconds(40, (second) => (second < 9 ? { web: '1 of 3' } : {}))).toEqual([]);
});
