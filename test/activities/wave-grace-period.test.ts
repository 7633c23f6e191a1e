import { beforeEach, describe, expect, it } from '@jest/globals';
import { readGracePeriod } from '../../src/domain/restart/grace-period.ts';
import type { ObjectRef } from '../../src/domain/kubernetes-object.ts';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import { Crash, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { placeWorkload, rollOut } from '../support/placed-mesh.ts';
import { problemOf } from '../support/sample-run.ts';
import { useWave } from '../support/wave-stage.ts';

const wave = await useWave({
  method: 'grace-period',
  maxPodsInFlight: 10,
  workloadDeadlineSeconds: 30,
});
const { time, planned, restart, writesTo } = wave;

let cluster: FakeKubernetes;
beforeEach(() => {
  cluster = wave.cluster;
});

function place(seconds: number): WorkloadRef {
  const template = { spec: { terminationGracePeriodSeconds: seconds } };
  return placeWorkload(cluster, 'cart', { spec: { template } });
}

function refOf(ref: WorkloadRef): ObjectRef {
  return { apiVersion: 'apps/v1', ...ref };
}

async function secondsOf(ref: WorkloadRef): Promise<number | null> {
  const live = await cluster.get({ apiVersion: 'apps/v1', ...ref });
  return live === undefined ? null : readGracePeriod(live);
}

/** Its controller rolls it out once its grace period is this. */
function rollingOutAt(ref: WorkloadRef, seconds: number): void {
  time.meanwhile(async () => {
    if ((await secondsOf(ref)) === seconds) rollOut(cluster, ref);
  });
}

const TEMPLATES = /^patch StatefulSet/;

describe('a restart by grace period', () => {
  it.each([
    [30, 31],
    [31, 30],
    [45, 46],
  ])('turns %d into %d, once, however often it is asked for', async (before, after) => {
    const cart = place(before);
    await planned([cart]);
    rollingOutAt(cart, after);

    expect(await restart()).toMatchObject({ finished: true, done: 1, pods: 2 });
    expect(await restart()).toMatchObject({ finished: true, done: 1 });

    expect(await secondsOf(cart)).toBe(after);
    expect(writesTo(TEMPLATES)).toHaveLength(1);
    expect(JSON.stringify(await cluster.get({ apiVersion: 'apps/v1', ...cart }))).not.toContain(
      'meshlift.dev',
    );
  });

  it.each([0, 1, 2])('comes to the same end after a crash at write %d', async (writes) => {
    const cart = place(30);
    await planned([cart]);
    rollingOutAt(cart, 31);
    cluster.crashAfter(writes);
    await restart().catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
    cluster.crashAfter(100);

    expect(await restart()).toMatchObject({ finished: true, done: 1 });

    expect(await secondsOf(cart)).toBe(31);
    expect(writesTo(TEMPLATES)).toHaveLength(1);
  });

  it('that something keeps taking back is put back twice, and then has failed with words', async () => {
    const cart = place(30);
    await planned([cart]);
    const merge = { spec: { template: { spec: { terminationGracePeriodSeconds: 30 } } } };
    time.meanwhile(async () => {
      if ((await secondsOf(cart)) === 31) await cluster.mergePatch(refOf(cart), merge);
    });

    const problem = await problemOf(restart());

    expect(problem).toContain('Let it ignore changes of terminationGracePeriodSeconds');
    // Ours and theirs, in turns.
    expect(writesTo(TEMPLATES)).toHaveLength(6);
  });
});
