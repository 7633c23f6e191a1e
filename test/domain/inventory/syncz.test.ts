import { describe, expect, it } from '@jest/globals';
import { interpretSyncz } from '../../../src/domain/inventory/interpret-syncz.ts';

const TYPE = 'type.googleapis.com/envoy.config';
const CLUSTERS = `${TYPE}.cluster.v3.Cluster`;
const LISTENERS = `${TYPE}.listener.v3.Listener`;
const ROUTES = `${TYPE}.route.v3.RouteConfiguration`;

const SYNCED = { sent: '12:00/1', acked: '12:00/1', sentTime: '2026-11-21T12:00:00Z' };

/** A proxy as istiod 1.26.1 lists it, with these kinds of configuration. */
function entry(resources: object, more: object = {}): object {
  return { cluster_id: 'east', proxy: 'cart-1.shop', proxy_type: 'sidecar', resources, ...more };
}

function behind(one: object): readonly string[] | undefined {
  return interpretSyncz([one])?.[0]?.behind;
}

describe('an answer of /debug/syncz', () => {
  it('names each proxy with its cluster', () => {
    expect(interpretSyncz([entry({ [CLUSTERS]: SYNCED })])).toEqual([
      { name: 'cart-1.shop', cluster: 'east', isProxy: true, behind: [] },
    ]);
  });

  it('of an istiod without proxies names none', () => {
    expect([interpretSyncz([]), interpretSyncz(null)]).toEqual([[], []]);
  });

  it.each([[{ proxies: [] }], ['OK'], [undefined]])('is not understood as %j', (answer) => {
    expect(interpretSyncz(answer)).toBeUndefined();
  });

  it('lists istioctl, which is no proxy: it asks for no configuration of its own', () => {
    // As 1.25.1 lists `istioctl proxy-status`.
    const asker = { proxy: 'test-1.default', istio_version: '65536.65536.65536' };

    expect(interpretSyncz([asker, null])).toEqual([
      { name: 'test-1.default', cluster: '', isProxy: false, behind: [] },
      { name: '#1', cluster: '', isProxy: false, behind: [] },
    ]);
  });

  it('counts a client that asks for other kinds alone, such as ztunnel', () => {
    const ztunnel = entry({ 'type.googleapis.com/istio.workload.Address': SYNCED });

    expect(interpretSyncz([ztunnel])).toMatchObject([{ isProxy: true, behind: [] }]);
  });
});

describe('a proxy', () => {
  it.each<readonly [string, object, readonly string[]]>([
    ['has acknowledged all', { [CLUSTERS]: SYNCED, [LISTENERS]: SYNCED }, []],
    [
      'was sent something newer',
      { [CLUSTERS]: SYNCED, [LISTENERS]: { sent: '12:05/2', acked: '12:00/1' } },
      ['listeners not acknowledged'],
    ],
    ['never acknowledged', { [CLUSTERS]: { sent: '12:00/1' } }, ['clusters not acknowledged']],
    ['waits for its clusters', { [CLUSTERS]: {} }, ['clusters not sent']],
    ['needs no routes', { [CLUSTERS]: SYNCED, [ROUTES]: {} }, []],
    [
      'refuses what it was sent',
      { [CLUSTERS]: SYNCED, [ROUTES]: { ...SYNCED, lastError: 'no such cluster' } },
      ['routes refused: no such cluster'],
    ],
  ])('that %s', (_what, resources, expected) => {
    expect(behind(entry(resources))).toEqual(expected);
  });

  it('of an istiod that lists no resources is judged by the fields of each kind', () => {
    const old = { proxy: 'cart-1.shop', cluster_sent: '1', cluster_acked: '1' };

    expect(behind(old)).toEqual([]);
    expect(behind({ ...old, route_sent: '2', route_acked: '1' })).toEqual([
      'routes not acknowledged',
    ]);
  });
});
