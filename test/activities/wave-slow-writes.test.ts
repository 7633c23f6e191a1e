import { beforeEach, describe, expect, it } from '@jest/globals';
import { KubernetesUnreachable } from '../../src/clients/kubernetes-error.ts';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import type { FakeKubernetes } from '../support/fake-kubernetes.ts';
import { controllerOf, placeWorkload } from '../support/placed-mesh.ts';
import { useWave } from '../support/wave-stage.ts';

const TOKEN = 'r1/wave-1';
const wave = await useWave({ maxPodsInFlight: 2, workloadDeadlineSeconds: 600 });
const { time, planned, restart } = wave;

let cluster: FakeKubernetes;
beforeEach(() => {
  cluster = wave.cluster;
});

const restarts = (): readonly string[] => wave.writesTo(/^patch /);

/** The server lets whoever restarts `a` wait until it is released, and then does what is told. */
function slowAtA(then: () => unknown) {
  const gate = Promise.withResolvers<void>();
  let asked = 0;
  const kubernetes: KubernetesClient = {
    ...cluster,
    mergePatch: async (ref, patch, options) => {
      if (ref.name === 'a') {
        asked += 1;
        await gate.promise;
        await then();
      }
      return cluster.mergePatch(ref, patch, options);
    },
  };
  return { kubernetes, release: gate.resolve, asked: () => asked };
}

describe('a restart that the server is slow to answer', () => {
  it('holds up no other, counts as on its way, and is asked for once', async () => {
    const workloads = ['a', 'b', 'c'].map((name) => placeWorkload(cluster, name));
    await planned(workloads);
    const seen = controllerOf(cluster, time, { workloads, token: TOKEN });
    const { kubernetes, release, asked } = slowAtA(() => undefined);

    const restarting = restart({ kubernetes });
    await until(() => restarts().length === 2);
    release();
    const result = await restarting;

    // Two pods may be on their way, and that of `a` counts as one.
    expect(seen[0]).toBe('b');
    expect(seen).not.toContain('b c');
    expect(restarts()).toEqual([
      'patch StatefulSet shop/b',
      'patch StatefulSet shop/c',
      'patch StatefulSet shop/a',
    ]);
    expect(asked()).toBe(1);
    expect(result).toMatchObject({ finished: true, done: 3 });
  });

  it('begins anew when it came to nothing', async () => {
    const workloads = ['a', 'b'].map((name) => placeWorkload(cluster, name));
    await planned(workloads);
    controllerOf(cluster, time, { workloads, token: TOKEN });
    let isInTrouble = true;
    const { kubernetes, release, asked } = slowAtA(() => {
      if (!isInTrouble) return;
      isInTrouble = false;
      throw new KubernetesUnreachable('PATCH …', new Error('reset'));
    });

    const restarting = restart({ kubernetes });
    await until(() => restarts().length === 1);
    release();
    const result = await restarting;

    expect(asked()).toBe(2);
    expect(restarts()).toEqual(['patch StatefulSet shop/b', 'patch StatefulSet shop/a']);
    expect(result).toMatchObject({ finished: true, done: 2 });
  });

  it('is answered before the attempt ends with what another met', async () => {
    const workloads = ['a', 'b'].map((name) => placeWorkload(cluster, name));
    await planned(workloads);
    const { kubernetes, release } = slowAtA(() => undefined);
    const broken: KubernetesClient = {
      ...kubernetes,
      mergePatch: async (ref, patch, options) => {
        if (ref.name === 'b') throw new TypeError('ours');
        return kubernetes.mergePatch(ref, patch, options);
      },
    };
    let isOver = false;

    const restarting = restart({ kubernetes: broken }).finally(() => {
      isOver = true;
    });
    restarting.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const before = isOver;
    release();

    await expect(restarting).rejects.toThrow('ours');
    expect(before).toBe(false);
    expect(restarts()).toEqual(['patch StatefulSet shop/a']);
  });
});

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!holds()) {
    if (performance.now() > end) throw new Error('it never came to hold');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
