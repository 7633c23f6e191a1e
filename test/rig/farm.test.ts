import { describe, expect, it } from '@jest/globals';
import { buildFarm } from '../../rig/mesh/big/farm.ts';
import { inParallel } from '../../rig/mesh/big/in-parallel.ts';

describe('a farm', () => {
  it.each([
    { workloads: 2000, pods: 20_000 },
    { workloads: 7, pods: 23 },
    { workloads: 3, pods: 3 },
  ])('of $workloads workloads has exactly $pods pods, and none without', ({ workloads, pods }) => {
    const all = buildFarm({ workloads, pods }).flatMap((namespace) => namespace.workloads);

    expect(all).toHaveLength(workloads);
    expect(all.reduce((sum, { replicas }) => sum + replicas, 0)).toBe(pods);
    expect(Math.min(...all.map(({ replicas }) => replicas))).toBeGreaterThan(0);
  });
});

describe('work in parallel', () => {
  it('is never more than the limit at once, and does each item once', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];

    await inParallel([1, 2, 3, 4, 5, 6, 7], { limit: 3 }, async (item) => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      done.push(item);
    });

    expect(most).toBe(3);
    expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('ends at the first failure, without beginning what is left', async () => {
    const begun: number[] = [];
    const work = inParallel([1, 2, 3, 4], { limit: 1 }, async (item) => {
      begun.push(item);
      if (item === 2) throw new Error('no');
    });

    await expect(work).rejects.toThrow('no');
    expect(begun).toEqual([1, 2]);
  });
});
