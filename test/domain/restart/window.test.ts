import { describe, expect, it } from '@jest/globals';
import type { RolloutState } from '../../../src/domain/restart/assess-move.ts';
import type { BudgetFacts } from '../../../src/domain/inventory/capacity.ts';
import { admit, type WindowEntry } from '../../../src/domain/restart/window.ts';

const STATES: Readonly<Record<string, RolloutState>> = {
  waiting: { kind: 'waiting' },
  moving: { kind: 'moving', message: 'on its way' },
  done: { kind: 'done', pods: 2 },
  failed: { kind: 'failed', message: 'crashes' },
};

/** Of `a waiting 2`: name, state and pods that are yet to be replaced. */
function entry(text: string, more: Partial<WindowEntry> = {}): WindowEntry {
  const [key = '', state = '', pods] = text.split(' ');
  const found = STATES[state];
  if (found === undefined) throw new TypeError(`no such state: ${state}`);
  return {
    key,
    state: found,
    remaining: Number(pods),
    method: 'template',
    limits: limitsOf(1),
    budgets: [],
    ...more,
  };
}

function limitsOf(unavailable: number, surge = 0): WindowEntry['limits'] {
  return { unavailable, surge, replaces: 'in-turns' };
}

/** All of its pods go at once. */
function whole(text: string): WindowEntry {
  return entry(text, { limits: limitsOf(Number(text.split(' ')[2])) });
}

const FREE = { maxPodsInFlight: 100, podsPerTenSeconds: 100 };

describe('in a window of four pods', () => {
  it.each([
    ['what fits begins, in order', ['a waiting 2', 'b waiting 2', 'c waiting 2'], ['a', 'b']],
    ['what is under way counts', ['a moving 2', 'b waiting 2', 'c waiting 2'], ['b']],
    ['what is done or failed does not count', ['a done 2', 'b failed 2', 'c waiting 4'], ['c']],
    ['nothing overtakes what does not fit yet', ['a moving 2', 'b waiting 4', 'c waiting 1'], []],
    ['what is larger than the window goes alone', ['a waiting 9', 'b waiting 1'], ['a']],
    ['what is larger than the window waits to be alone', ['a moving 1', 'b waiting 9'], []],
    ['what has no pods takes no room', ['a moving 4', 'b waiting 0'], ['b']],
    ['pods of a large one that are done make room', ['a moving 2', 'b waiting 2'], ['b']],
  ])('%s', (_rule, entries, expected) => {
    const limits = { ...FREE, maxPodsInFlight: 4 };

    expect(admit(entries.map(whole), limits, 0).begin).toEqual(expected);
  });

  it.each<[string, Partial<WindowEntry>, readonly string[]]>([
    ['of what goes in turns, its turn counts', { limits: limitsOf(1) }, ['a', 'b', 'c', 'd']],
    ['what is added before others go counts', { limits: limitsOf(0, 2) }, ['a', 'b']],
    ['both count together', { limits: limitsOf(2, 2) }, ['a']],
    [
      'of what is evicted, those that are asked together',
      { method: 'evict', limits: limitsOf(2, 2) },
      ['a', 'b'],
    ],
    ['it is never more than there is', { limits: limitsOf(9, 9) }, ['a']],
  ])('%s', (_rule, more, expected) => {
    const entries = ['a', 'b', 'c', 'd', 'e'].map((name) => entry(`${name} waiting 4`, more));

    expect(admit(entries, { ...FREE, maxPodsInFlight: 4 }, 0).begin).toEqual(expected);
  });

  it('those begin first that take most turns', () => {
    const entries = [
      entry('short waiting 2', { limits: limitsOf(2) }),
      entry('long waiting 8'),
      entry('longer waiting 9'),
      entry('as-long waiting 8'),
    ];

    expect(admit(entries, { ...FREE, maxPodsInFlight: 3 }, 0).begin).toEqual([
      'longer',
      'long',
      'as-long',
    ]);
  });

  it('what holds the next one is told', () => {
    const entries = [whole('a moving 4'), whole('b waiting 1')];

    expect(admit(entries, { ...FREE, maxPodsInFlight: 4 }, 0).held).toEqual([
      '4 pods on their way, of 4 at once',
    ]);
  });

  it('nothing is held when nothing waits', () => {
    expect(admit([entry('a moving 4')], { ...FREE, maxPodsInFlight: 4 }, 0).held).toEqual([]);
  });
});

describe('at a pace of six pods in ten seconds', () => {
  const limits = { ...FREE, podsPerTenSeconds: 6 };

  it.each([
    [
      'as many begin as may become ready',
      ['a waiting 4', 'b waiting 2', 'c waiting 1'],
      0,
      ['a', 'b'],
    ],
    ['those that became ready count', ['a waiting 4', 'b waiting 2'], 2, ['a']],
    ['those on their way count as if they were ready now', ['a moving 3', 'b waiting 4'], 0, []],
    ['a larger one begins when all is quiet', ['a waiting 9', 'b waiting 1'], 0, ['a']],
    ['a larger one waits until all is quiet', ['a waiting 9'], 1, []],
  ])('%s', (_rule, entries, ready, expected) => {
    expect(
      admit(
        entries.map((each) => entry(each)),
        limits,
        ready,
      ).begin,
    ).toEqual(expected);
  });

  it('of what goes in turns, those count that may come within ten seconds', () => {
    const entries = [entry('large moving 500'), entry('b waiting 10'), entry('c waiting 1')];

    const twenty = { ...FREE, podsPerTenSeconds: 20 };

    expect(admit(entries, twenty, 0).begin).toEqual(['b']);
  });

  it('no ten seconds have more, whenever those on their way become ready', () => {
    // Ten workloads of two pods; those on their way become ready after a second that is drawn.
    for (let seed = 1; seed <= 50; seed += 1) {
      const readyAt = simulate(seed, limits.podsPerTenSeconds);
      for (const from of readyAt) {
        const inside = readyAt.filter((each) => each >= from && each < from + 10).length;
        expect(inside).toBeLessThanOrEqual(limits.podsPerTenSeconds);
      }
      expect(readyAt).toHaveLength(20);
    }
  });
});

/** Seconds at which each pod became ready. */
function simulate(seed: number, podsPerTenSeconds: number): readonly number[] {
  const ends = new Map<string, number>();
  const readyAt: number[] = [];
  let state = seed;
  const draw = (): number => (state = (state * 48_271) % 2_147_483_647);
  for (let now = 0; now < 2000; now += 1) {
    for (const end of ends.values()) if (end === now) readyAt.push(now, now);
    const entries = Array.from({ length: 10 }, (_, index) => {
      const end = ends.get(`w${index}`);
      const kind = end === undefined ? 'waiting' : end > now ? 'moving' : 'done';
      return entry(`w${index} ${kind} 2`);
    });
    const recent = readyAt.filter((each) => each > now - 10).length;
    const { begin } = admit(entries, { ...FREE, podsPerTenSeconds }, recent);
    for (const key of begin) ends.set(key, now + 1 + (draw() % 15));
  }
  return readyAt;
}

describe('with a budget', () => {
  const budget = (changes: Partial<BudgetFacts> = {}): BudgetFacts => ({
    namespace: 'shop',
    name: 'cart',
    selector: {},
    expectedPods: 8,
    desiredHealthy: 6,
    currentHealthy: 8,
    disruptionsAllowed: 2,
    ...changes,
  });
  const counted = (text: string, own: BudgetFacts, more: Partial<WindowEntry> = {}): WindowEntry =>
    entry(text, { budgets: [own], ...more });

  it.each<readonly [string, readonly WindowEntry[], readonly string[]]>([
    ['one begins that stays within it', [counted('a waiting 4', budget())], ['a']],
    [
      'as many begin as it lets go together',
      [
        counted('a waiting 4', budget()),
        counted('b waiting 4', budget()),
        counted('c waiting 4', budget()),
      ],
      ['a', 'b'],
    ],
    [
      'what is under way has its part, whatever the budget says now',
      [counted('a moving 4', budget(), { limits: limitsOf(2) }), counted('b waiting 4', budget())],
      [],
    ],
    [
      'none begins that lets nobody go',
      [counted('a waiting 4', budget({ disruptionsAllowed: 0 }))],
      [],
    ],
    [
      'one that is exhausted lets others pass',
      [counted('a waiting 4', budget({ disruptionsAllowed: 0 })), entry('b waiting 1')],
      ['b'],
    ],
    [
      'a strategy that takes nobody away begins although it lets nobody go',
      [
        counted('a waiting 4', budget({ desiredHealthy: 8, disruptionsAllowed: 0 }), {
          limits: limitsOf(0),
        }),
      ],
      ['a'],
    ],
    [
      'a strategy that takes nobody away waits while pods are missing',
      [
        counted(
          'a waiting 4',
          budget({ desiredHealthy: 8, currentHealthy: 7, disruptionsAllowed: 0 }),
          {
            limits: limitsOf(0),
          },
        ),
      ],
      [],
    ],
    [
      'what moves pod by pod takes one',
      [
        counted('a waiting 4', budget({ disruptionsAllowed: 1, desiredHealthy: 7 }), {
          method: 'evict',
          limits: limitsOf(2),
        }),
      ],
      ['a'],
    ],
  ])('%s', (_rule, entries, expected) => {
    expect(admit(entries, FREE, 0).begin).toEqual(expected);
  });

  it('what lets nobody go is named', () => {
    const none = budget({ disruptionsAllowed: 0 });

    expect(admit([counted('a waiting 4', none)], FREE, 0).held).toEqual([
      'budget shop/cart lets no more pods go',
    ]);
  });
});
