import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { WaveCheckpoint } from '../../src/activities/restart/wave-checkpoint.ts';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import type { FakeKubernetes } from '../support/fake-kubernetes.ts';
import { placePod, placeWorkload } from '../support/placed-mesh.ts';
import { attemptAfter, problemOf } from '../support/sample-run.ts';
import { useWave } from '../support/wave-stage.ts';

const DAYS_MS = 86_400_000;
const wave = await useWave({ maxPodsInFlight: 10, workloadDeadlineSeconds: 30 });
const { time, planned, restart, writesTo } = wave;

let cluster: FakeKubernetes;
beforeEach(() => {
  cluster = wave.cluster;
});

/** A controller that makes one pod of these again after each so many waits. */
function bringing(ref: WorkloadRef, pods: readonly number[], everyWaits: number): void {
  let waits = 0;
  time.meanwhile(() => {
    waits += 1;
    const index = pods[waits / everyWaits - 1];
    if (index !== undefined) placePod(cluster, ref, index);
  });
}

/** A controller that makes a pod at once for each that is missing. */
function recreating(ref: WorkloadRef, pods: number): void {
  time.meanwhile(async () => {
    const found = await cluster.list(RESOURCE_KINDS.pod, { namespace: 'shop' });
    const names = new Set(found.map(({ metadata }) => metadata.name));
    for (let index = 0; index < pods; index += 1) {
      if (!names.has(`${ref.name}-${index}`)) placePod(cluster, ref, index);
    }
  });
}

/** An attempt that is asked to stop, or whose worker ends, in its nth wait; gives what it has come to. */
async function endedInWait(nth: number, work: () => void): Promise<WaveCheckpoint> {
  work();
  const env = attemptAfter();
  const others = time.during();
  let waits = 0;
  time.meanwhile(async () => {
    waits += 1;
    await others();
    if (waits === nth) env.cancel();
  });
  return restart({ env });
}

describe('the deadline of a workload', () => {
  it('does not run while the wave is paused, for what moves pod by pod', async () => {
    const ledger = placeWorkload(cluster, 'ledger', {
      pods: 3,
      spec: { updateStrategy: { type: 'OnDelete' } },
    });
    await planned([ledger]);
    const paused = await endedInWait(1, () => recreating(ledger, 3));
    expect(writesTo(/^evict/)).toHaveLength(1);
    expect(Object.keys(paused.begun)).toEqual([ledger.uid]);
    jest.setSystemTime(Date.now() + 3 * DAYS_MS);
    recreating(ledger, 3);

    const result = await restart({ checkpoint: paused });

    expect(result).toMatchObject({ finished: true, done: 1, pods: 3 });
    expect(result.failed).toBeUndefined();
  });

  it('goes on after a pause from where it was', async () => {
    const cart = placeWorkload(cluster, 'cart');
    await planned([cart]);
    const paused = await endedInWait(20, () => time.meanwhile(() => undefined));
    jest.setSystemTime(Date.now() + 3 * DAYS_MS);
    time.meanwhile(() => undefined);

    const problem = await problemOf(restart({ checkpoint: paused }));

    expect(problem).toMatch(/shop\/cart: not there after 3\d s/);
    expect(time.waits).toBeLessThan(20);
  });

  it('is that of the pod it waits for, also where another worker goes on', async () => {
    const cart = placeWorkload(cluster, 'cart', { pods: 3 });
    await planned([cart]);
    // Two pods arrive, 20 s apart; the worker ends 5 s after the second.
    await endedInWait(45, () => bringing(cart, [2, 1], 20));
    const beaten = wave.heart.beats.at(-1);
    bringing(cart, [0], 10);

    const result = await restart({ env: attemptAfter(beaten) });

    expect(result).toMatchObject({ finished: true, done: 1, pods: 3 });
    expect(result.failed).toBeUndefined();
  });
});
