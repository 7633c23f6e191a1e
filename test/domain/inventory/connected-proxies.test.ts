import { describe, expect, it } from '@jest/globals';
import {
  interpretConnectedProxies,
  istiodReplicas,
  proxiesAmong,
  type SyncAnswer,
} from '../../../src/domain/inventory/interpret-connected-proxies.ts';
import { interpretPodDetail } from '../../../src/domain/inventory/interpret-pod-detail.ts';
import { known, unknown } from '../../../src/domain/inventory/known.ts';
import type { ControlPlane } from '../../../src/domain/mesh/observed-mesh.ts';
import { podObject } from '../../support/kubernetes-objects.ts';

function plane(revision: string, replicas: number): ControlPlane {
  return {
    revision,
    deployment: `istiod-${revision}`,
    replicas,
    readyReplicas: replicas,
    installer: 'istioctl',
  };
}

function answer(revision: string, proxies: readonly string[]): SyncAnswer {
  return { pod: `istio-system/istiod-${revision}`, revision, proxies: known(proxies) };
}

describe('connected proxies', () => {
  const planes = [plane('old', 2), plane('new', 1)];
  const answers = [answer('old', ['a', 'b']), answer('old', ['c']), answer('new', [])];

  it('are summed over the replicas of each revision', () => {
    expect(interpretConnectedProxies(planes, answers)).toEqual(known({ old: 3, new: 0 }));
  });

  it('count once while they move from one replica to another', () => {
    const moving = [answer('old', ['a', 'b']), answer('old', ['b']), answer('new', [])];

    expect(interpretConnectedProxies(planes, moving)).toEqual(known({ old: 2, new: 0 }));
  });

  it('are unknown when a replica is missing', () => {
    expect(interpretConnectedProxies(planes, answers.slice(1))).toEqual(
      unknown('expected 2 replicas of revision old to ask, found 1 pods'),
    );
  });

  it('are unknown when one replica says nothing', () => {
    const silent = { ...answer('old', []), proxies: unknown('no answer') };

    expect(interpretConnectedProxies(planes, [silent, ...answers.slice(1)])).toEqual(
      unknown('istio-system/istiod-old: no answer'),
    );
  });
});

describe('the proxies among clients', () => {
  it('are named with their clusters, istioctl left out', () => {
    const proxy = { name: 'cart.shop', cluster: 'east', isProxy: true, behind: [] };
    const asker = { ...proxy, name: 'test-1.default', isProxy: false };

    expect(proxiesAmong(known([proxy, asker]))).toEqual(known(['east/cart.shop']));
    expect(proxiesAmong(unknown('403'))).toEqual(unknown('403'));
  });
});

describe('the replicas of istiod', () => {
  const istiod = (changes: object) =>
    interpretPodDetail(
      podObject('istiod-x', undefined, {
        metadata: {
          namespace: 'istio-system',
          labels: { app: 'istiod', 'istio.io/rev': 'old' },
          ...changes,
        },
      }),
    );

  it('are its pods in the mesh namespace', () => {
    expect(istiodReplicas([istiod({})], 'istio-system')).toHaveLength(1);
    expect(istiodReplicas([istiod({})], 'other')).toEqual([]);
  });

  it('leave out one that is going', () => {
    expect(istiodReplicas([istiod({ deletionTimestamp: 'now' })], 'istio-system')).toEqual([]);
  });
});
