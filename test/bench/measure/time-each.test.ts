import { describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../../bench/measure/audit-event.ts';
import type { PodChange } from '../../../bench/measure/pod-changes.ts';
import { createOwnerFinder, type OwnerRef } from '../../../bench/measure/pod-owner.ts';
import { lowerBoundSeconds, timeEach } from '../../../bench/measure/time-each.ts';

const LEDGER: OwnerRef = { kind: 'StatefulSet', namespace: 'shop', name: 'ledger' };
const CART: OwnerRef = { kind: 'Deployment', namespace: 'shop', name: 'cart' };
const workloads = [LEDGER, CART];

const patch = (at: number, changed: Partial<AuditEvent> = {}): AuditEvent => ({
  ...{ at, receivedAt: at, user: 'b1', verb: 'patch', resource: 'statefulsets', subresource: '' },
  ...{ namespace: 'shop', name: 'ledger', code: 200 },
  ...changed,
});
const ready = (at: number, name: string): PodChange => ({
  ...{ kind: 'ready', at, namespace: 'shop', name },
});

function secondsOf(events: readonly AuditEvent[], changes: readonly PodChange[]) {
  const ownerOf = createOwnerFinder(workloads);
  return timeEach({ events, changes, users: new Set(['b1']), workloads, ownerOf });
}

describe('the time of each workload', () => {
  const changes = [
    ready(4000, 'ledger-1'),
    ready(7500, 'ledger-0'),
    ready(9000, 'cart-5d59d-x7k2q'),
  ];

  it('is from its restart until its last pod is ready', () => {
    const events = [patch(1000), patch(8000, { resource: 'deployments', name: 'cart' })];

    expect(secondsOf(events, changes)).toEqual([6.5, 1]);
  });

  it('begins with the first change, and leaves out what was not restarted', () => {
    expect(secondsOf([patch(1000), patch(2000)], changes)).toEqual([6.5]);
  });

  it.each([
    ['somebody else’s', { user: 'rig-admin' }],
    ['a refused', { code: 409 }],
    ['a status', { subresource: 'status' }],
  ])('does not begin with %s change', (_name, changed) => {
    expect(secondsOf([patch(1000, changed), patch(2000)], changes)).toEqual([5.5]);
  });

  it('is unknown while no pod has turned ready since', () => {
    expect(secondsOf([patch(8000)], changes)).toEqual([]);
  });
});

describe('the lower bound', () => {
  it.each([
    [[1, 1, 1, 1], 2, 2],
    [[1, 1, 1, 9], 2, 9],
    [[3], 10, 3],
    [[], 10, undefined],
  ])('of %j with %d at once is %s', (each, parallel, expected) => {
    expect(lowerBoundSeconds(each, parallel)).toBe(expected);
  });
});
