import { describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../../bench/measure/audit-event.ts';
import type { PodChange } from '../../../bench/measure/pod-changes.ts';
import { createOwnerFinder } from '../../../bench/measure/pod-owner.ts';
import { findRigLosses } from '../../../bench/measure/rig-losses.ts';
import {
  countRestarts,
  restartSpan,
  type CountedWorkload,
} from '../../../bench/measure/restarts.ts';

const workload = (kind: CountedWorkload['kind'], name: string, pods = 2): CountedWorkload => ({
  ...{ kind, namespace: 'shop', name, pods },
});
const CART = workload('Deployment', 'cart');
const CART_WEB = workload('Deployment', 'cart-web');
const LEDGER = workload('StatefulSet', 'ledger');
const AGENT = workload('DaemonSet', 'agent', 3);
const ALL = [CART, CART_WEB, LEDGER, AGENT];
const ownerOf = createOwnerFinder(ALL);

describe('pods that the rig takes away by itself', () => {
  const event = (at: number, changed: Partial<AuditEvent>): AuditEvent => ({
    ...{ at, receivedAt: at, user: 'controller', verb: 'delete', resource: 'pods' },
    ...{ subresource: '', namespace: 'shop', name: 'ledger-0', code: 200 },
    ...changed,
  });
  const kwok = { user: 'system:kwok' };
  const bound = { verb: 'create', subresource: 'binding' };
  const replaced = [event(1, {}), event(2, kwok), event(3, bound)];

  it('are none where it ends what somebody deleted or evicted', () => {
    const evicted = [event(4, { verb: 'create', subresource: 'eviction' }), event(5, kwok)];

    expect(findRigLosses([...replaced, ...evicted])).toEqual([]);
  });

  it('are those that it deletes once more, after the new pod of that name was there', () => {
    const lost = [{ namespace: 'shop', name: 'ledger-0' }];

    expect(findRigLosses([...replaced, event(4, kwok)])).toEqual(lost);
    expect(findRigLosses([...replaced, event(4, { ...kwok, code: 404 })])).toEqual([]);
  });

  it('are made again for nobody who is measured', () => {
    const changes = [0, 1].map((at): PodChange => ({
      kind: 'made',
      at,
      namespace: 'shop',
      name: 'ledger-0',
    }));
    const ledger = { workloads: [LEDGER], ownerOf: () => LEDGER };

    expect(countRestarts([...changes, ...changes], ledger)).toMatchObject({ podsMadeAgain: 2 });
    const losses = [{ namespace: 'shop', name: 'ledger-0' }];
    expect(countRestarts([...changes, ...changes], { ...ledger, losses })).toMatchObject({
      podsMadeAgain: 1,
      podsLost: 1,
    });
  });
});

describe('the workload of a pod', () => {
  it.each([
    ['cart-5d59d67564-x7k2q', CART],
    ['cart-web-5d59d67564-x7k2q', CART_WEB],
    ['ledger-1', LEDGER],
    ['agent-x7k2q', AGENT],
  ])('named %s is found', (name, expected) => {
    expect(ownerOf({ namespace: 'shop', name })).toBe(expected);
  });

  it.each(['cart', 'web-5d59d67564-x7k2q', 'ledger-x7k2q', 'agent-1'])(
    'named %s is none of ours',
    (name) => {
      expect(ownerOf({ namespace: 'shop', name })).toBeUndefined();
    },
  );

  it('is one of its own namespace', () => {
    expect(ownerOf({ namespace: 'bank', name: 'ledger-1' })).toBeUndefined();
  });
});

describe('restarts', () => {
  const made = (...names: readonly string[]): readonly PodChange[] =>
    names.map((name, at) => ({ kind: 'made', at, namespace: 'shop', name }));
  const once = made(
    ...['cart-5d59d67564-b', 'cart-web-5d59d67564-b'].flatMap((each) => [
      `${each}bbbb`,
      `${each}cccc`,
    ]),
    ...['ledger-1', 'ledger-0', 'agent-bbbbb', 'agent-ccccc', 'agent-ddddd'],
  );

  it('of every workload once have made each pod once', () => {
    expect(countRestarts(once, { workloads: ALL, ownerOf })).toEqual({
      podsMade: 9,
      podsMadeAgain: 0,
      podsLost: 0,
      mostPerWorkload: 1,
    });
  });

  it('show a workload that was restarted twice', () => {
    const again = [...once, ...made('ledger-1', 'ledger-0', 'ledger-1')];

    expect(countRestarts(again, { workloads: ALL, ownerOf })).toMatchObject({
      podsMadeAgain: 3,
      mostPerWorkload: 3,
    });
  });

  it('are not those of pods that only turned ready', () => {
    const changes = once.map((change): PodChange => ({ ...change, kind: 'ready' }));

    expect(countRestarts(changes, { workloads: ALL, ownerOf })).toMatchObject({ podsMade: 0 });
  });
});

describe('the span of restarts', () => {
  const event = (at: number, changed: Partial<AuditEvent>): AuditEvent => ({
    ...{ at, receivedAt: at, user: 'b2', verb: 'patch', resource: 'deployments' },
    ...{ subresource: '', namespace: 'shop', name: 'cart', code: 200 },
    ...changed,
  });
  const users = new Set(['b2']);

  it('is from the first change to the last one, of these users', () => {
    const events = [
      event(1, { user: 'rig-admin' }),
      event(2, {}),
      event(5, { resource: 'pods', subresource: 'eviction', verb: 'create', code: 201 }),
      event(9, { user: 'rig-admin' }),
    ];

    expect(restartSpan(events, users)).toEqual({ first: 2, last: 5 });
  });

  it.each([
    ['a reading', { verb: 'get' }],
    ['a refusal', { code: 409 }],
    ['a change of the status', { subresource: 'status' }],
    ['a change of something else', { resource: 'configmaps' }],
    [
      'an eviction that was refused',
      { resource: 'pods', subresource: 'eviction', verb: 'create', code: 429 },
    ],
  ])('does not take %s for one', (_name, changed) => {
    expect(restartSpan([event(3, {})], users)).toEqual({ first: 3, last: 3 });
    expect(restartSpan([event(3, changed)], users)).toBeUndefined();
  });
});
