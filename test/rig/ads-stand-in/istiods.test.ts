import type { V1Pod } from '@kubernetes/client-node';
import { expect, it } from '@jest/globals';
import { findIstiods, isIstiod, type PortForward } from '../../../rig/ads-stand-in/istiods.ts';

function pod(name: string, { revision = '1-25-1', ready = 'True', deleted = false } = {}): V1Pod {
  const metadata = {
    name,
    namespace: 'istio-system',
    labels: { app: 'istiod', 'istio.io/rev': revision },
    ...(deleted ? { deletionTimestamp: new Date(0) } : {}),
  };
  return { metadata, status: { conditions: [{ type: 'Ready', status: ready }] } };
}

const forward = (name: string, port: number, namespace = 'istio-system'): PortForward => ({
  metadata: { name, namespace },
  spec: {
    forwards: [
      { ports: [15014], target: { address: '127.0.0.1', port: 1 } },
      { ports: [15010], target: { address: '127.0.0.1', port } },
    ],
  },
});

it('finds the plain gRPC port of each istiod that is ready, by name', () => {
  const pods = [pod('b', { revision: '1-26-1' }), pod('a')];

  expect(findIstiods(pods, [forward('a', 20_001), forward('b', 20_002)])).toEqual([
    { pod: 'a', revision: '1-25-1', address: '127.0.0.1:20001' },
    { pod: 'b', revision: '1-26-1', address: '127.0.0.1:20002' },
  ]);
});

it.each([
  ['is not ready', pod('b', { ready: 'False' }), forward('b', 2)],
  ['is being deleted', pod('b', { deleted: true }), forward('b', 2)],
  ['has no ports yet', pod('b'), forward('b', 2, 'elsewhere')],
])('leaves out one that %s', (_what, left, itsForward) => {
  const found = findIstiods([pod('a'), left], [forward('a', 1), itsForward]);

  expect(found.map((each) => each.pod)).toEqual(['a']);
});

it('knows an istiod by its label', () => {
  expect([pod('a'), { metadata: { labels: { app: 'query' } } }].map(isIstiod)).toEqual([
    true,
    false,
  ]);
});
