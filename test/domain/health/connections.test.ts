import { describe, expect, it } from '@jest/globals';
import {
  connectedUsers,
  connectionsTo,
  interpretReplica,
  type Connection,
  type ReplicaAnswer,
} from '../../../src/domain/health/connections.ts';
import type { SyncClient } from '../../../src/domain/inventory/interpret-syncz.ts';
import { known, unknown } from '../../../src/domain/inventory/known.ts';
import { podObject } from '../../support/kubernetes-objects.ts';

const OLD = '1-25-1';
const NEW = '1-26-1';

function client(changes: Partial<SyncClient> = {}): SyncClient {
  return { name: 'cart-1.shop', cluster: 'east', isProxy: true, behind: [], ...changes };
}

function answer(
  revision: string,
  clients: readonly SyncClient[],
  changes: Partial<ReplicaAnswer> = {},
): ReplicaAnswer {
  return {
    namespace: 'istio-system',
    name: `istiod-${revision}`,
    revision,
    terminating: false,
    clients: known(clients),
    ...changes,
  };
}

const SILENT: Partial<ReplicaAnswer> = { name: 'istiod-b', clients: unknown('403') };
const BEHIND = client({ behind: ['routes not acknowledged'] });

/** How the pod `shop/cart-1` of the cluster `east` is connected to the new revision. */
function connection(...answers: readonly ReplicaAnswer[]): Connection {
  return connectionsTo(NEW, answers)({ namespace: 'shop', name: 'cart-1', meshCluster: 'east' });
}

describe('the proxy of a pod', () => {
  it.each<readonly [string, readonly ReplicaAnswer[], Connection]>([
    ['is synced', [answer(NEW, [client()])], { kind: 'synced' }],
    ['is behind', [answer(NEW, [BEHIND])], { kind: 'behind', what: ['routes not acknowledged'] }],
    ['is connected to nobody', [answer(NEW, []), answer(OLD, [])], { kind: 'absent' }],
    [
      'is still connected to the old revision',
      [answer(NEW, []), answer(OLD, [client()])],
      { kind: 'absent', elsewhere: OLD },
    ],
    [
      'is listed by two revisions while it moves',
      [answer(OLD, [client()]), answer(NEW, [client()])],
      { kind: 'synced' },
    ],
    [
      'is listed by two replicas while it moves: the one that it left waits for an answer',
      [answer(NEW, [BEHIND]), answer(NEW, [client()])],
      { kind: 'synced' },
    ],
    ['is listed twice by one replica', [answer(NEW, [BEHIND, client()])], { kind: 'synced' }],
    [
      'is named by one replica while another says nothing',
      [answer(NEW, [client()]), answer(NEW, [], SILENT)],
      { kind: 'synced' },
    ],
    [
      'is not known while a replica says nothing',
      [answer(NEW, []), answer(NEW, [], SILENT)],
      { kind: 'unknown', why: 'istiod istio-system/istiod-b does not tell: 403' },
    ],
    [
      'is known to be absent though the old revision says nothing',
      [answer(NEW, []), answer(OLD, [], SILENT)],
      { kind: 'absent' },
    ],
    [
      'is not known where no istiod of the revision runs here',
      [answer(OLD, [client()])],
      { kind: 'unknown', why: `no pod of istiod of ${NEW} runs that could be asked` },
    ],
    [
      'is with a replica that goes away',
      [answer(NEW, [client()], { terminating: true }), answer(NEW, [])],
      { kind: 'absent' },
    ],
    [
      'has its name in another cluster',
      [answer(NEW, [client({ cluster: 'west' })]), answer(OLD, [client({ name: 'web-1.shop' })])],
      { kind: 'absent' },
    ],
    [
      'is asked about by istioctl only',
      [answer(NEW, [client({ isProxy: false })])],
      { kind: 'absent' },
    ],
  ])('%s', (_what, answers, expected) => {
    expect(connection(...answers)).toEqual(expected);
  });

  it('counts in whatever cluster where istiod calls its own by another name', () => {
    expect(connection(answer(NEW, [client({ cluster: 'alias-of-east' })]))).toEqual({
      kind: 'synced',
    });
  });

  it('counts in whatever cluster where it says none', () => {
    const of = connectionsTo(NEW, [answer(NEW, [client()])]);

    expect(of({ namespace: 'shop', name: 'cart-1' })).toEqual({ kind: 'synced' });
  });
});

describe('who is connected to a revision', () => {
  it('is everybody at any of its replicas, each once, be they going or behind', () => {
    const answers = [
      answer(OLD, [client(), BEHIND]),
      answer(OLD, [client({ name: 'vm.default' })], { terminating: true }),
      answer(NEW, [client({ name: 'web.shop' })]),
    ];

    expect(connectedUsers(OLD, answers)).toEqual({
      users: ['2 connected clients of its istiod (cart-1.shop, vm.default)'],
      unknown: [],
    });
  });

  it('names some, and leaves out istioctl', () => {
    const names = ['a.x', 'b.x', 'c.x', 'd.x'].map((name) => client({ name }));
    const answers = [answer(OLD, [...names, client({ name: 'test-1.default', isProxy: false })])];

    expect(connectedUsers(OLD, answers).users).toEqual([
      '4 connected clients of its istiod (a.x, b.x, c.x, …)',
    ]);
  });

  it('is not known of a replica that says nothing', () => {
    expect(connectedUsers(OLD, [answer(OLD, [], SILENT)])).toEqual({
      users: [],
      unknown: ['istiod istio-system/istiod-b does not tell: 403'],
    });
  });

  it('is nobody where none of its replicas runs', () => {
    expect(connectedUsers(OLD, [answer(NEW, [client()])])).toEqual({ users: [], unknown: [] });
  });
});

describe('a pod of istiod', () => {
  const istiod = (status: object, metadata: object = {}) =>
    interpretReplica(
      podObject('istiod-x', undefined, {
        metadata: { namespace: 'istio-system', labels: { 'istio.io/rev': OLD }, ...metadata },
        status,
      }),
    );
  const RUNS = { phase: 'Running', containerStatuses: [{ name: 'd', state: { running: {} } }] };

  it('is asked while it runs, ready or not, and while it goes', () => {
    const replica = { namespace: 'istio-system', name: 'istiod-x', revision: OLD };

    expect(istiod(RUNS)).toEqual({ ...replica, terminating: false });
    expect(istiod(RUNS, { deletionTimestamp: 'now' })).toEqual({ ...replica, terminating: true });
    expect(istiod({ phase: 'Running' })).toEqual({ ...replica, terminating: false });
  });

  it.each([
    ['has not begun', { phase: 'Pending' }],
    [
      'crashes',
      {
        phase: 'Running',
        containerStatuses: [{ name: 'd', state: { waiting: { reason: 'CrashLoopBackOff' } } }],
      },
    ],
  ])('that %s has no clients', (_what, status) => {
    expect(istiod(status)).toBeUndefined();
  });
});
