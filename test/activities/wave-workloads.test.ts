import { beforeEach, describe, expect, it } from '@jest/globals';
import { gatherWave } from '../../src/activities/restart/wave-workloads.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { NEW, OLD, placePod, placeWorkload } from '../support/placed-mesh.ts';
import { waveStep } from '../support/sample-run.ts';

let cluster: FakeKubernetes;
beforeEach(() => {
  cluster = createFakeKubernetes();
});

describe('a wave', () => {
  it('is for its planned workloads, each once', async () => {
    const cart = placeWorkload(cluster, 'cart');

    expect(await gatherWave(cluster, waveStep([cart]), OLD)).toEqual([cart]);
  });

  it('is also for a newcomer with the old proxy, which nobody else would restart', async () => {
    const [cart, late] = [placeWorkload(cluster, 'cart'), placeWorkload(cluster, 'late')];

    expect(await gatherWave(cluster, waveStep([cart]), OLD)).toEqual([cart, late]);
  });

  it.each([
    ['with the new proxy', { revision: NEW }],
    ['without a proxy', { revision: null }],
    ['in another namespace', { namespace: 'billing' }],
  ])('is not for a newcomer %s', async (_what, placement) => {
    const cart = placeWorkload(cluster, 'cart');
    placeWorkload(cluster, 'late', placement);

    expect(await gatherWave(cluster, waveStep([cart]), OLD)).toEqual([cart]);
  });

  it('is for a newcomer of which one pod alone has the old proxy', async () => {
    const late = placeWorkload(cluster, 'late', { revision: NEW });
    expect(await gatherWave(cluster, waveStep([]), OLD)).toEqual([]);

    placePod(cluster, late, 1, { revision: OLD });

    expect(await gatherWave(cluster, waveStep([]), OLD)).toEqual([late]);
  });
});
