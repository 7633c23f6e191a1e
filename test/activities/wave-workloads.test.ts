import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  gatherWave,
  withNewcomers,
  type WaveScope,
} from '../../src/activities/restart/wave-workloads.ts';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import { interpretPod } from '../../src/domain/mesh/interpret-pods.ts';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { NEW, OLD, placePod, placeWorkload } from '../support/placed-mesh.ts';
import { waveStep } from '../support/sample-run.ts';

let cluster: FakeKubernetes;
beforeEach(() => {
  cluster = createFakeKubernetes();
});

function scopeOf(workloads: readonly WorkloadRef[], changes: Partial<WaveScope> = {}): WaveScope {
  return { ...waveStep(workloads), claimed: new Set(), ...changes };
}

describe('a wave', () => {
  it('is for its planned workloads, each once', async () => {
    const cart = placeWorkload(cluster, 'cart');

    expect(await gatherWave(cluster, scopeOf([cart]), OLD)).toEqual([cart]);
  });

  it('is also for a newcomer with the old proxy, which nobody else would restart', async () => {
    const [cart, late] = [placeWorkload(cluster, 'cart'), placeWorkload(cluster, 'late')];

    expect(await gatherWave(cluster, scopeOf([cart]), OLD)).toEqual([cart, late]);
  });

  it.each([
    ['with the new proxy', { revision: NEW }],
    ['without a proxy', { revision: null }],
    ['in another namespace', { namespace: 'billing' }],
  ])('is not for a newcomer %s', async (_what, placement) => {
    const cart = placeWorkload(cluster, 'cart');
    placeWorkload(cluster, 'late', placement);

    expect(await gatherWave(cluster, scopeOf([cart]), OLD)).toEqual([cart]);
  });

  it('is for a newcomer of which one pod alone has the old proxy', async () => {
    const late = placeWorkload(cluster, 'late', { revision: NEW });
    expect(await gatherWave(cluster, scopeOf([]), OLD)).toEqual([]);

    placePod(cluster, late, 1, { revision: OLD });

    expect(await gatherWave(cluster, scopeOf([]), OLD)).toEqual([late]);
  });

  it('is not for one that another wave moves', async () => {
    const [cart, late] = [placeWorkload(cluster, 'cart'), placeWorkload(cluster, 'late')];
    expect(await gatherWave(cluster, scopeOf([cart]), OLD)).toEqual([cart, late]);

    const claimed = new Set([late.uid]);

    expect(await gatherWave(cluster, scopeOf([cart], { claimed }), OLD)).toEqual([cart]);
  });

  it('does not restart what the plan leaves, and takes it back all the same', async () => {
    const late = placeWorkload(cluster, 'late');
    const left = [{ kind: 'StatefulSet', namespace: 'shop', name: 'late', because: 'watched' }];
    const pods = (await cluster.list(RESOURCE_KINDS.pod)).map(interpretPod);
    const workloads = await cluster.list(RESOURCE_KINDS.statefulSet);
    const sight = { workloads, replicaSets: [], pods };
    expect(withNewcomers(scopeOf([]), OLD, sight)).toEqual([late]);

    expect(withNewcomers(scopeOf([], { left }), OLD, sight)).toEqual([]);

    expect(await gatherWave(cluster, scopeOf([], { left }), OLD)).toEqual([late]);
  });
});
