import { beforeEach, describe, expect, it } from '@jest/globals';
import protobuf from 'protobufjs';
import {
  AdsSession,
  CLUSTER,
  ENDPOINT,
  LISTENER,
  ROUTE,
} from '../../../rig/ads-stand-in/ads-session.ts';
import { loadMessages, type DeltaResponse } from '../../../rig/ads-stand-in/messages.ts';

const node = { id: 'sidecar~10.0.0.1~a.shop~shop.svc.cluster.local', cluster: 'a', metadata: {} };

/** A resource whose bytes are the names it waits for, so that what is tested is the order of requests. */
const text = { endpointsOf: namesIn, routesOf: namesIn };
function namesIn(bytes: Uint8Array): readonly string[] {
  return Buffer.from(bytes).toString().split(' ').filter(Boolean);
}

function response(typeUrl: string, names: Record<string, string>, removed: string[] = []) {
  const resources = Object.entries(names).map(([name, value]) => ({
    name,
    value: Buffer.from(value),
  }));
  return { typeUrl, nonce: `n-${typeUrl}`, resources, removed } satisfies DeltaResponse;
}

describe('a session', () => {
  let session: AdsSession;

  beforeEach(() => {
    session = new AdsSession(text);
  });

  it('introduces itself once and asks for all clusters and all listeners', () => {
    expect(session.begin(node)).toEqual([{ node, typeUrl: CLUSTER }, { typeUrl: LISTENER }]);
  });

  it('acknowledges by nonce, and apart from that asks for what the answer names', () => {
    expect(session.answer(response(CLUSTER, { one: 'e1', static: '', two: 'e2' }))).toEqual([
      { typeUrl: CLUSTER, nonce: `n-${CLUSTER}` },
      { typeUrl: ENDPOINT, subscribe: ['e1', 'e2'], unsubscribe: [] },
    ]);
    expect(session.answer(response(LISTENER, { l1: '80 8080', l2: '80' }))).toEqual([
      { typeUrl: LISTENER, nonce: `n-${LISTENER}` },
      { typeUrl: ROUTE, subscribe: ['80', '8080'], unsubscribe: [] },
    ]);
    expect(session.answer(response(ENDPOINT, { e1: '' }))).toEqual([
      { typeUrl: ENDPOINT, nonce: `n-${ENDPOINT}` },
    ]);
  });

  it('asks only for what is new, and gives up what nothing names any more', () => {
    session.answer(response(CLUSTER, { one: 'e1', two: 'e2', three: 'e1' }));

    expect(session.answer(response(CLUSTER, { four: 'e4' }, ['two', 'three']))).toEqual([
      { typeUrl: CLUSTER, nonce: `n-${CLUSTER}` },
      { typeUrl: ENDPOINT, subscribe: ['e4'], unsubscribe: ['e2'] },
    ]);
    expect(session.answer(response(CLUSTER, { four: 'e4' }))).toHaveLength(1);
  });

  it('is synced when each kind that it asked for has come', () => {
    session.answer(response(CLUSTER, { one: 'e1' }));
    session.answer(response(LISTENER, { l1: '80' }));
    expect(session.isSynced()).toBe(false);

    session.answer(response(ENDPOINT, { e1: '' }));
    expect(session.isSynced()).toBe(false);

    session.answer(response(ROUTE, { '80': '' }));
    expect(session.isSynced()).toBe(true);
  });

  it('is synced without endpoints and routes where there is nothing to ask for', () => {
    session.answer(response(CLUSTER, { blackhole: '' }));
    expect(session.isSynced()).toBe(false);

    session.answer(response(LISTENER, {}));
    expect(session.isSynced()).toBe(true);
  });
});

/** Bytes by field numbers, as Envoy's own definitions have them. */
function message(...fields: readonly (readonly [number, string | Uint8Array])[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [number, value] of fields) {
    writer.uint32((number << 3) | 2);
    if (typeof value === 'string') writer.string(value);
    else writer.bytes(value);
  }
  return writer.finish();
}

describe('messages', () => {
  const messages = loadMessages();
  const manager = 'type.googleapis.com/envoy.extensions.filters.network.v3.HttpConnectionManager';
  const filter = (type: string, config: Uint8Array) =>
    message([3, message([1, 'a filter'], [4, message([1, type], [2, config])])]);

  it('find the endpoints of a cluster by the name of its service, or its own', () => {
    const settings = message([4, 'connect timeout']);

    expect(
      messages.endpointsOf(message([1, 'a'], [3, message([2, 'svc'])], [4, settings])),
    ).toEqual(['svc']);
    expect(messages.endpointsOf(message([1, 'a'], [3, message()]))).toEqual(['a']);
    expect(messages.endpointsOf(message([1, 'a']))).toEqual([]);
  });

  it('find the routes of every filter chain of a listener, but those written into it', () => {
    const asked = filter(manager, message([3, message([2, '80'])]));
    const inline = filter(manager, message([4, 'route_config']));
    const tcp = filter('type.googleapis.com/envoy.TcpProxy', message([3, message([2, 'no'])]));
    const fallback = filter(manager, message([3, message([2, '15010'])]));

    const listener = message([1, 'l'], [3, asked], [3, inline], [3, tcp], [25, fallback]);

    expect(messages.routesOf(listener)).toEqual(['80', '15010']);
  });

  it('read a response, whatever else is in it', () => {
    const resource = message([1, 'v7'], [2, message([1, 'type'], [2, 'bytes'])], [3, 'one']);

    const read = messages.decodeResponse(
      message([1, 'system'], [2, resource], [4, CLUSTER], [5, 'n1'], [6, 'two'], [7, 'plane']),
    );

    expect({
      ...read,
      resources: read.resources.map(({ name, value }) => [name, Buffer.from(value).toString()]),
    }).toEqual({
      typeUrl: CLUSTER,
      nonce: 'n1',
      resources: [['one', 'bytes']],
      removed: ['two'],
    });
  });

  it('write the first request with who asks, and others without', () => {
    const first = messages.encodeRequest({ typeUrl: CLUSTER, node });
    const later = messages.encodeRequest({ typeUrl: CLUSTER, nonce: 'n1', subscribe: ['one'] });

    expect(first.includes(node.id)).toBe(true);
    expect(Buffer.compare(later, message([2, CLUSTER], [3, 'one'], [6, 'n1']))).toBe(0);
  });
});
