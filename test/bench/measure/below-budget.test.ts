import { describe, expect, it } from '@jest/globals';
import { parseAuditLine } from '../../../bench/measure/audit-event.ts';
import {
  measureShortfalls,
  totalSeconds,
  type Budget,
} from '../../../bench/measure/below-budget.ts';
import { readPodChanges, type PodChange } from '../../../bench/measure/pod-changes.ts';

const START = Date.parse('2026-11-21T10:00:00Z');
const CART: Budget = { namespace: 'shop', name: 'cart', desiredHealthy: 2 };

/** A line of the log, `seconds` after the start. */
function line(
  seconds: number,
  pod: string,
  what: 'bind' | 'ready' | 'unready' | 'delete' | 'evict' | 'other',
  { code = 200, received = seconds }: { readonly code?: number; readonly received?: number } = {},
): string {
  const status = (ready: string) => ({
    status: {
      phase: 'Running',
      conditions: [
        { type: 'Initialized', status: 'True' },
        { type: 'Ready', status: ready },
      ],
    },
  });
  const [verb, subresource, requestObject] = {
    bind: ['create', 'binding', undefined] as const,
    ready: ['patch', 'status', status('True')] as const,
    unready: ['patch', 'status', status('False')] as const,
    delete: ['delete', undefined, undefined] as const,
    evict: ['create', 'eviction', undefined] as const,
    other: ['patch', 'status', { status: { podIP: '10.0.0.1' } }] as const,
  }[what];
  return JSON.stringify({
    verb,
    user: { username: 'kwok' },
    objectRef: { resource: 'pods', namespace: 'shop', name: pod, subresource },
    responseStatus: { code },
    requestObject,
    requestReceivedTimestamp: new Date(START + received * 1000).toISOString(),
    stageTimestamp: new Date(START + seconds * 1000).toISOString(),
  });
}

function shortfallsOf(lines: readonly string[], desiredHealthy = 2, ready = ['cart-a', 'cart-b']) {
  const budget = { ...CART, desiredHealthy };
  const events = lines.map((text) => parseAuditLine(text)).filter((event) => event !== undefined);
  expect(events).toHaveLength(lines.length);
  return measureShortfalls({
    budgets: [budget],
    readyPods: ready.map((name) => ({ namespace: 'shop', name })),
    budgetOf: ({ name }) => (name.startsWith('cart-') ? budget : undefined),
    changes: readPodChanges(events),
    from: START,
    to: START + 60_000,
  });
}

describe('the time below a budget', () => {
  it('is none when a new pod is ready before an old one is deleted', () => {
    const surge = [
      line(1, 'cart-c', 'bind'),
      line(3, 'cart-c', 'ready'),
      line(4, 'cart-a', 'delete'),
    ];

    expect(shortfallsOf(surge)).toEqual([]);
  });

  it('is none when a new pod may have been ready before: its write is answered after the deletion that it led to', () => {
    const busy = [
      line(1, 'cart-c', 'bind'),
      line(4, 'cart-a', 'delete'),
      line(4.1, 'cart-c', 'ready', { received: 3.9 }),
    ];

    expect(shortfallsOf(busy)).toEqual([]);
  });

  it('runs from the deletion of a ready pod until another one is ready', () => {
    const replaced = [
      line(4, 'cart-a', 'delete'),
      line(5, 'cart-c', 'bind'),
      line(9.5, 'cart-c', 'ready'),
    ];

    const [found, ...others] = shortfallsOf(replaced);

    expect(found).toMatchObject({ seconds: 5.5, lowest: 1 });
    expect(others).toEqual([]);
  });

  it('is the same for an eviction, and none for one that was refused', () => {
    expect(shortfallsOf([line(50, 'cart-a', 'evict', { code: 201 })])).toMatchObject([
      { seconds: 10 },
    ]);
    expect(shortfallsOf([line(50, 'cart-a', 'evict', { code: 429 })])).toEqual([]);
  });

  it('counts a pod that turns unready, until it is ready again', () => {
    const flapping = [line(10, 'cart-a', 'unready'), line(12, 'cart-a', 'ready')];

    expect(shortfallsOf(flapping)).toMatchObject([{ seconds: 2, lowest: 1 }]);
  });

  it('counts a pod once, however often it is reported ready, and not for what else is said of it', () => {
    const chatty = [
      line(1, 'cart-a', 'ready'),
      line(2, 'cart-a', 'other'),
      line(20, 'cart-a', 'delete'),
      line(21, 'cart-a', 'delete'),
    ];

    expect(shortfallsOf(chatty)).toMatchObject([{ seconds: 40, lowest: 1 }]);
  });
});

describe('the time below several budgets, and in several spells,', () => {
  it('begins anew with a pod of the same name, as a StatefulSet makes it', () => {
    const stateful = [
      line(10, 'cart-0', 'delete'),
      line(11, 'cart-0', 'delete'),
      line(12, 'cart-0', 'bind'),
      line(14, 'cart-0', 'ready'),
    ];

    expect(shortfallsOf(stateful, 2, ['cart-0', 'cart-1'])).toMatchObject([{ seconds: 4 }]);
    expect(shortfallsOf(stateful, 1, ['cart-0', 'cart-1'])).toEqual([]);
  });

  it('adds up over spells, and keeps the lowest', () => {
    const spells = [
      line(1, 'cart-a', 'delete'),
      line(2, 'cart-b', 'delete'),
      line(3, 'cart-c', 'ready'),
      line(5, 'cart-d', 'ready'),
      line(30, 'cart-c', 'delete'),
      line(31, 'cart-e', 'ready'),
    ];

    expect(shortfallsOf(spells)).toMatchObject([{ seconds: 5, lowest: 0 }]);
  });

  it('is not that of pods without a budget', () => {
    expect(shortfallsOf([line(1, 'cart-a', 'delete')])).toHaveLength(1);
    expect(shortfallsOf([line(1, 'other-a', 'delete')])).toEqual([]);
  });

  it('is that of each budget apart, and adds up', () => {
    const other: Budget = { namespace: 'shop', name: 'other', desiredHealthy: 1 };
    const at = (kind: PodChange['kind'], seconds: number, name: string): PodChange => ({
      ...{ kind, at: START + seconds * 1000, namespace: 'shop', name },
    });

    const found = measureShortfalls({
      budgets: [CART, other],
      readyPods: ['cart-a', 'cart-b', 'other-a'].map((name) => ({ namespace: 'shop', name })),
      budgetOf: ({ name }) => (name.startsWith('cart-') ? CART : other),
      changes: [at('leaving', 50, 'cart-a'), at('leaving', 57, 'other-a')],
      from: START,
      to: START + 60_000,
    });

    expect(found).toEqual([
      { budget: CART, seconds: 10, lowest: 1 },
      { budget: other, seconds: 3, lowest: 0 },
    ]);
    expect(totalSeconds(found)).toBe(13);
  });
});
