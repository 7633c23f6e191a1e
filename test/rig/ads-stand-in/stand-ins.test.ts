import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { StreamEnd, StreamOptions } from '../../../rig/ads-stand-in/ads-stream.ts';
import type { Proxy } from '../../../rig/ads-stand-in/proxy.ts';
import { StandIns } from '../../../rig/ads-stand-in/stand-ins.ts';

interface OpenedStream extends StreamOptions {
  readonly end: (how: StreamEnd) => void;
}

const proxy = (uid: string): Proxy => ({
  uid,
  name: `${uid}.shop`,
  revision: '1-25-1',
  node: { id: uid, cluster: uid, metadata: {} },
});
const istiod = (pod: string) => ({ pod, revision: '1-25-1', address: `127.0.0.1:${pod}` });
const lost: StreamEnd = { kind: 'lost', reason: 'connection reset' };

let streams: OpenedStream[];
let standIns: StandIns;

beforeEach(() => {
  jest.useFakeTimers();
  jest.spyOn(Math, 'random').mockReturnValue(0.999);
  streams = [];
  const open = (options: StreamOptions): Promise<StreamEnd> =>
    new Promise((resolve) => {
      streams.push({ ...options, end: resolve });
      options.signal.addEventListener('abort', () => resolve({ kind: 'closed', reason: '' }));
    });
  standIns = new StandIns({ open, newStreamsPerSecond: 1000, log: () => undefined });
  standIns.istiodsAre([istiod('a')]);
});

afterEach(() => {
  standIns.close();
  jest.restoreAllMocks();
  jest.useRealTimers();
});

async function pass(ms: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(ms);
}

it('opens one stream for a proxy, however often its pod is seen', async () => {
  standIns.observe(proxy('p'), 'connect');
  standIns.observe(proxy('p'), 'keep');
  standIns.observe(proxy('p'), 'connect');
  await pass(10);

  expect(streams.map(({ address, node }) => [address, node.id])).toEqual([['127.0.0.1:a', 'p']]);
  expect(standIns.counts()).toMatchObject({ wanted: 1, synced: 0, streamsByIstiod: { a: 1 } });
  streams[0]?.onSynced();
  expect(standIns.counts()).toMatchObject({ wanted: 1, synced: 1 });
});

it('does not connect for a pod that has not been ready yet', async () => {
  standIns.observe(proxy('p'), 'keep');
  await pass(1000);
  expect(streams).toHaveLength(0);

  standIns.observe(proxy('p'), 'connect');
  await pass(0);
  expect(streams).toHaveLength(1);
});

it.each([
  ['it is being deleted', (uid: string) => standIns.observe(proxy(uid), 'gone')],
  ['it is gone', (uid: string) => standIns.forget(uid)],
])('closes the stream of a pod when %s, and opens no other', async (_what, end) => {
  standIns.observe(proxy('p'), 'connect');
  await pass(0);
  streams[0]?.onSynced();
  expect(standIns.counts()).toMatchObject({ wanted: 1, synced: 1 });

  end('p');
  await pass(60_000);

  expect(streams.map(({ signal }) => signal.aborted)).toEqual([true]);
  expect(standIns.counts()).toMatchObject({
    wanted: 0,
    synced: 0,
    lost: 0,
    streamsByIstiod: { a: 0 },
  });
});

it('connects anew after a stream was lost, to an istiod that is there then', async () => {
  standIns.observe(proxy('p'), 'connect');
  await pass(0);
  streams[0]?.onSynced();
  standIns.istiodsAre([istiod('b')]);

  streams[0]?.end(lost);
  await pass(400);
  expect(streams).toHaveLength(1);
  expect(standIns.counts()).toMatchObject({ synced: 0, lost: 1 });
  await pass(200);

  expect(streams.map(({ address }) => address)).toEqual(['127.0.0.1:a', '127.0.0.1:b']);
});

it('waits longer after each failure, until a stream has been synced', async () => {
  standIns.observe(proxy('p'), 'connect');
  const openedAt: number[] = [];
  for (let attempt = 0; attempt < 4; attempt += 1) {
    while (streams.length === attempt) await pass(100);
    openedAt.push(Date.now());
    if (attempt === 2) streams[attempt]?.onSynced();
    streams[attempt]?.end({ kind: 'refused', reason: 'rate limit' });
  }
  const gaps = openedAt.slice(1).map((at, index) => at - (openedAt[index] ?? 0));

  expect(gaps).toEqual([1000, 2000, 500]);
  await pass(0);
  expect(standIns.counts()).toMatchObject({ opened: 4, refused: 4, lost: 0 });
});

it('holds the proxies of a workload back, those that are connected included, until it is let go', async () => {
  for (const uid of ['cart-1', 'cartoon-1', 'web-1']) standIns.observe(proxy(uid), 'connect');
  await pass(10);
  expect(standIns.counts()).toMatchObject({ wanted: 3, heldBack: 0 });

  standIns.holdBack(['shop/cart', 'other/web']);
  standIns.observe(proxy('cart-2'), 'connect');
  await pass(10);

  expect(standIns.counts()).toMatchObject({ wanted: 2, heldBack: 2, streamsByIstiod: { a: 2 } });
  expect(streams.filter(({ signal }) => signal.aborted).map(({ node }) => node.id)).toEqual([
    'cart-1',
  ]);

  standIns.forget('cart-2');
  standIns.holdBack([]);
  await pass(10);

  expect(standIns.counts()).toMatchObject({ wanted: 3, heldBack: 0 });
  expect(streams.at(-1)?.node.id).toBe('cart-1');
});
