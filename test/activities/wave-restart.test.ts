import { beforeEach, describe, expect, it } from '@jest/globals';
import { readJournal } from '../../src/activities/record/step-journal.ts';
import type { WaveCheckpoint, WaveResult } from '../../src/activities/restart/wave-checkpoint.ts';
import { readWaveWorkloads } from '../../src/activities/restart/wave-workloads.ts';
import { KubernetesUnreachable } from '../../src/clients/kubernetes-error.ts';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import { Crash, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { controllerOf, NEW, placePod, placeWorkload, rollOut } from '../support/placed-mesh.ts';
import { attemptAfter, problemOf, recordIn, waveStep } from '../support/sample-run.ts';
import { useWave } from '../support/wave-stage.ts';

const TOKEN = 'r1/wave-1';
const wave = await useWave({ maxPodsInFlight: 2, workloadDeadlineSeconds: 600 });
const { time, planned, restart } = wave;

let cluster: FakeKubernetes;
beforeEach(() => {
  cluster = wave.cluster;
});

const rollingOut = (workloads: readonly WorkloadRef[]): readonly string[] =>
  controllerOf(cluster, time, { workloads, token: TOKEN });

const restarts = (): readonly string[] => wave.writesTo(/^patch /);

describe('the restart of a wave', () => {
  it('begins what the window has pods for, and the next when there is room', async () => {
    const workloads = ['a', 'b', 'c'].map((name) => placeWorkload(cluster, name));
    await planned(workloads, { maxPodsInFlight: 2 });
    const seen = rollingOut(workloads);

    const result = await restart();

    expect(seen).toEqual(['a b', 'b c', 'c']);
    expect(result).toMatchObject({ finished: true, done: 3, total: 3, pods: 6 });
  });

  it('needs neither a write nor a wait when it was made already', async () => {
    const workloads = [placeWorkload(cluster, 'cart')];
    await planned(workloads);
    rollingOut(workloads);
    const first = await restart();
    const writes = [...cluster.writes];
    time.meanwhile(() => undefined);

    const second = await restart();

    expect(restarts()).toEqual(['patch StatefulSet shop/cart']);
    expect({ ...second, begun: {} }).toEqual({ ...first, begun: {} });
    expect(cluster.writes).toEqual(writes);
    expect(time.waits).toBe(0);
  });

  it.each([0, 1, 2])('restarts each once, also after a crash at write %d', async (writes) => {
    const workloads = ['a', 'b'].map((name) => placeWorkload(cluster, name));
    await planned(workloads);
    rollingOut(workloads);
    cluster.crashAfter(writes);
    await expect(restart()).rejects.toThrow(Crash);
    cluster.crashAfter(100);

    const result = await restart();

    expect(result).toMatchObject({ finished: true, done: 2 });
    expect(restarts()).toEqual(['patch StatefulSet shop/a', 'patch StatefulSet shop/b']);
  });

  it('is in the journal, with what was there before, ahead of the first', async () => {
    const workloads = [placeWorkload(cluster, 'cart')];
    await planned(workloads);
    cluster.crashAfter(1);
    await expect(restart()).rejects.toThrow(Crash);

    const journal = await readJournal(recordIn(cluster), 'wave-1-restart');

    expect(restarts()).toEqual([]);
    expect(journal).toMatchObject({
      state: 'begun',
      changes: [{ kind: 'restart', ref: { name: 'cart' }, prior: null, applied: TOKEN }],
    });
  });
});

describe('the workloads of a restart', () => {
  it('are left alone whose pods have the new proxy, however slowly these become ready', async () => {
    const cart = placeWorkload(cluster, 'cart', { revision: NEW });
    placePod(cluster, cart, 1, { ready: false });
    await planned([cart]);
    time.meanwhile(() => (time.waits > 12 ? rollOut(cluster, cart) : undefined));

    expect(await restart()).toMatchObject({ finished: true, done: 1, pods: 2 });

    expect(time.waits).toBeGreaterThan(12);
    expect(restarts()).toEqual([]);
  });

  it('need nothing where they are gone', async () => {
    const [cart, web] = [placeWorkload(cluster, 'cart'), placeWorkload(cluster, 'web')];
    await planned([cart, web]);
    rollingOut([cart, web]);
    await cluster.delete({ apiVersion: 'apps/v1', ...cart });

    const result = await restart();

    expect(result).toMatchObject({ finished: true });
    expect(restarts()).toEqual(['patch StatefulSet shop/web']);
  });

  it('are the planned ones and newcomers, and stay those of the journal', async () => {
    const [cart, late] = [placeWorkload(cluster, 'cart'), placeWorkload(cluster, 'late')];
    await planned([cart]);
    expect(await readWaveWorkloads(recordIn(cluster), waveStep([cart]))).toEqual([cart]);
    await interrupted();
    placeWorkload(cluster, 'later');
    rollingOut([cart, late]);

    expect(await restart()).toMatchObject({ finished: true, total: 2 });

    expect(await readWaveWorkloads(recordIn(cluster), waveStep([cart]))).toEqual([cart, late]);
  });

  it('are in every beat from the moment at which they began until they are done', async () => {
    const workloads = ['a', 'b'].map((name) => placeWorkload(cluster, name));
    const [a, b] = workloads.map(({ uid }) => uid);
    await planned(workloads);
    rollingOut(workloads);

    await restart();

    const beats = wave.heart.beats as WaveCheckpoint[];
    expect(beats.map(({ done, begun }) => [done, Object.keys(begun)])).toEqual([
      [0, []],
      [0, [a]],
      [0, [a, b]],
      [1, [b]],
      [2, []],
    ]);
  });
});

describe('a restart that does not come to its end', () => {
  it('is named when the deadline of its workload has passed', async () => {
    const [cart, web] = [placeWorkload(cluster, 'cart'), placeWorkload(cluster, 'web')];
    await planned([cart, web], { workloadDeadlineSeconds: 30 });
    time.meanwhile(() => rollOut(cluster, web));

    const problem = await problemOf(restart());

    expect(problem).toMatch(/^ThresholdPassed: .* shop\/cart: not there after 32 s/);
    expect(problem).not.toContain('shop/web');
    expect(time.waits).toBe(32);
  });

  it('is named at once when a new pod is in trouble', async () => {
    const cart = placeWorkload(cluster, 'cart');
    await planned([cart]);
    time.meanwhile(() => placePod(cluster, cart, 1, { ready: false, trouble: 'CrashLoopBackOff' }));

    const problem = await problemOf(restart());

    expect(problem).toMatch(/^ThresholdPassed: .* shop\/cart: pod cart-1 is in CrashLoopBackOff/);
    // It is looked at once more, by a list.
    expect(time.waits).toBe(2);
  });

  it.each([
    ['the heartbeat of the attempt before', 'heartbeat'],
    ['the checkpoint that it was called with', 'input'],
  ])('has its deadline from %s on', async (_what, from) => {
    const cart = placeWorkload(cluster, 'cart');
    await planned([cart], { workloadDeadlineSeconds: 30 });
    await interrupted();
    const at = new Date(Date.now() - 29_000).toISOString();
    const begun = { [cart.uid]: { at, method: 'template' as const } };
    const checkpoint = { done: 0, total: 1, begun, lookedAt: new Date().toISOString() };

    const problem = await problemOf(
      from === 'heartbeat' ? restart({ env: attemptAfter(checkpoint) }) : restart({ checkpoint }),
    );

    expect(problem).toMatch(/shop\/cart: not there after 32 s/);
    expect(time.waits).toBeLessThan(5);
  });

  it('has a deadline although the answer to its beginning was lost', async () => {
    const cart = placeWorkload(cluster, 'cart');
    await planned([cart], { workloadDeadlineSeconds: 30 });
    const lossy: KubernetesClient = {
      ...cluster,
      mergePatch: async (ref, patch) => {
        await cluster.mergePatch(ref, patch);
        throw new KubernetesUnreachable('PATCH', new Error('reset'));
      },
    };

    const problem = await problemOf(restart({ kubernetes: lossy }));

    expect(restarts()).toHaveLength(1);
    expect(problem).toMatch(/shop\/cart: not there after 36 s/);
  });
});

/** An attempt that begins what there is to begin and is then asked to stop. */
async function interrupted(): Promise<WaveResult> {
  const env = attemptAfter();
  time.meanwhile(() => env.cancel());
  const result = await restart({ env });
  time.meanwhile(() => undefined);
  return result;
}

describe('a restart that is asked to stop', () => {
  it('begins nothing more and says at once how far it is', async () => {
    const workloads = ['a', 'b', 'c'].map((name) => placeWorkload(cluster, name));
    await planned(workloads, { maxPodsInFlight: 1 });
    const env = attemptAfter();
    time.meanwhile(() => {
      rollOut(cluster, workloads[0] as WorkloadRef);
      env.cancel();
    });

    const before = Date.now();
    const result = await restart({ env });

    expect(Date.now()).toBe(before);
    expect(result).toMatchObject({ finished: false, done: 1, total: 3, pods: 2 });
    expect(restarts()).toEqual(['patch StatefulSet shop/a']);
  });

  it('does not even begin the next that the window has room for', async () => {
    const workloads = ['a', 'b'].map((name) => placeWorkload(cluster, name));
    await planned(workloads, { maxPodsInFlight: 2 });
    const env = attemptAfter();
    const stopping: KubernetesClient = {
      ...cluster,
      mergePatch: async (ref, patch) => {
        env.cancel();
        return cluster.mergePatch(ref, patch);
      },
    };

    const result = await restart({ env, kubernetes: stopping });

    expect(result).toMatchObject({ finished: false, done: 0 });
    expect(restarts()).toEqual(['patch StatefulSet shop/a']);
  });

  it('goes on from where it was when it is asked to', async () => {
    const workloads = ['a', 'b'].map((name) => placeWorkload(cluster, name));
    await planned(workloads, { maxPodsInFlight: 1 });
    const checkpoint = await interrupted();
    expect(checkpoint).toMatchObject({ finished: false, done: 0 });
    rollingOut(workloads);

    const result = await restart({ checkpoint });

    expect(result).toMatchObject({ finished: true, done: 2 });
    expect(restarts()).toEqual(['patch StatefulSet shop/a', 'patch StatefulSet shop/b']);
  });
});
