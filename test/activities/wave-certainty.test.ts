import { describe, expect, it } from '@jest/globals';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import { placePod, placeWorkload, rollOut } from '../support/placed-mesh.ts';
import { problemOf } from '../support/sample-run.ts';
import { useWave } from '../support/wave-stage.ts';

const wave = await useWave({ maxPodsInFlight: 10, workloadDeadlineSeconds: 30 });
const { time, restart } = wave;

async function plannedCart(): Promise<WorkloadRef> {
  const cart = placeWorkload(wave.cluster, 'cart');
  await wave.planned([cart]);
  return cart;
}

function crash(ref: WorkloadRef): void {
  placePod(wave.cluster, ref, 1, { ready: false, trouble: 'CrashLoopBackOff' });
}

describe('a workload whose watch has missed events', () => {
  it.each([
    ['the crash of a pod that got well', crash],
    ['nothing of the new pods', (): void => undefined],
  ])('has not failed where only %s was seen', async (_what, seen) => {
    const cart = await plannedCart();
    time.meanwhile(() => {
      seen(cart);
      wave.cluster.unseen(() => rollOut(wave.cluster, cart));
      time.meanwhile(() => undefined);
    });

    const result = await restart();

    expect(result).toMatchObject({ finished: true, done: 1 });
    expect(result.failed).toBeUndefined();
  });

  it('is seen to be done long before its deadline, since nothing else moves', async () => {
    const cart = placeWorkload(wave.cluster, 'cart');
    await wave.planned([cart], { workloadDeadlineSeconds: 600 });
    time.meanwhile(() => wave.cluster.unseen(() => rollOut(wave.cluster, cart)));

    expect(await restart()).toMatchObject({ finished: true, done: 1 });

    expect(time.waits).toBeLessThan(15);
  });

  it('has failed where a list shows it too', async () => {
    const cart = await plannedCart();
    time.meanwhile(() => crash(cart));

    expect(await problemOf(restart())).toMatch(/shop\/cart: pod cart-1 is in CrashLoopBackOff/);
  });
});

describe('while the API server does not answer', () => {
  /** Its lists are answered once this is resolved. */
  function silentUntil(answer: Promise<void>): KubernetesClient {
    return {
      ...wave.cluster,
      follow: async (kind, options, pick) => {
        const mirror = await wave.cluster.follow(kind, options, pick);
        return { ...mirror, refresh: () => answer.then(() => mirror.refresh()) };
      },
    };
  }

  it('no workload has failed, long after its deadline, and nothing new begins', async () => {
    const cart = placeWorkload(wave.cluster, 'cart');
    const web = placeWorkload(wave.cluster, 'web');
    await wave.planned([cart, web], { maxPodsInFlight: 1 });
    const answer = Promise.withResolvers<void>();
    let waits = 0;
    time.meanwhile(() => {
      waits += 1;
      if (waits === 1) crash(cart);
      if (waits < 100) return;
      wave.cluster.unseen(() => rollOut(wave.cluster, waits === 100 ? cart : web));
      answer.resolve();
    });
    const begunBy100 = (): number => wave.writesTo(/^patch StatefulSet/).length;
    let begun: number | undefined;
    void answer.promise.then(() => {
      begun = begunBy100();
    });

    const result = await restart({ kubernetes: silentUntil(answer.promise) });

    expect(begun).toBe(1);
    expect(result).toMatchObject({ finished: true, done: 2 });
    expect(result.failed).toBeUndefined();
  });
});
