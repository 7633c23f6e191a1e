import { beforeEach, describe, expect, it } from '@jest/globals';
import type { WaveCheckpoint, WaveResult } from '../../src/activities/restart/wave-checkpoint.ts';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import {
  NEW,
  placeControlPlane,
  placePod,
  placeWorkload,
  rollOut,
} from '../support/placed-mesh.ts';
import { useQuickTime } from '../support/quick-time.ts';
import {
  accessTo,
  attemptAfter,
  problemOf,
  recordIn,
  recordingHeart,
  RUN,
  samplePlan,
  waveStep,
} from '../support/sample-run.ts';

const time = useQuickTime();
const { restartWorkloads } = await import('../../src/activities/restart/restart-workloads.ts');

let cluster: FakeKubernetes;
beforeEach(() => {
  cluster = createFakeKubernetes();
  placeControlPlane(cluster, NEW);
  time.meanwhile(() => undefined);
});

/** A plan that restarts workloads of two pods by these names, two at a time. */
async function planned(
  names: readonly string[],
  maxFailures?: number | string,
): Promise<readonly WorkloadRef[]> {
  const workloads = names.map((name) => placeWorkload(cluster, name));
  const restart = { maxPodsInFlight: 4, workloadDeadlineSeconds: 60 };
  const policy = { restart: { ...restart, ...(maxFailures === undefined ? {} : { maxFailures }) } };
  await recordIn(cluster).put('plan', samplePlan([waveStep(workloads)], policy));
  return workloads;
}

/** What happens during each wait, by its number from 1 on. */
function during(waits: Readonly<Record<number, () => void>>): void {
  let wait = 0;
  time.meanwhile(() => {
    wait += 1;
    waits[wait]?.();
  });
}

const crash = (ref: WorkloadRef) => (): void => {
  placePod(cluster, ref, 1, { ready: false, trouble: 'CrashLoopBackOff' });
};
const come = (ref: WorkloadRef) => (): void => rollOut(cluster, ref);

function restart(checkpoint?: WaveCheckpoint): Promise<WaveResult> {
  const step = { ...RUN, step: 'wave-1' };
  const heart = recordingHeart();
  return attemptAfter().run(() => restartWorkloads(accessTo(cluster), step, checkpoint, heart));
}

function restarted(): readonly string[] {
  return cluster.writes.filter((write) => write.startsWith('patch StatefulSet'));
}

const [A, B, C] = ['a', 'b', 'c'].map((name) => `patch StatefulSet shop/${name}`);

describe('a workload that fails', () => {
  it('within the threshold is told with its reason, and the others go on', async () => {
    const [a, b, c] = (await planned(['a', 'b', 'c'], 1)) as [
      WorkloadRef,
      WorkloadRef,
      WorkloadRef,
    ];
    during({ 1: crash(a), 2: come(b), 3: come(c) });

    const result = await restart();

    expect(restarted()).toEqual([A, B, C]);
    expect(result).toMatchObject({ finished: true, done: 2, total: 3 });
    expect(result.failed).toEqual({
      [a.uid]: expect.stringMatching(/^shop\/a: pod a-1 is in CrashLoopBackOff/),
    });
  });

  it('and gets well meanwhile has not failed', async () => {
    const [a, b] = (await planned(['a', 'b'], 1)) as [WorkloadRef, WorkloadRef];
    during({ 1: crash(a), 2: come(a), 3: come(b) });

    const result = await restart();

    expect(result).toMatchObject({ finished: true, done: 2 });
    expect(result.failed).toBeUndefined();
  });

  it('beyond the threshold ends the wave once what is on its way is there; nothing more begins', async () => {
    const [a, b] = (await planned(['a', 'b', 'c'])) as [WorkloadRef, WorkloadRef];
    during({ 1: crash(a), 5: come(b) });

    const problem = await problemOf(restart());

    expect(problem).toMatch(/^Unhealthy: 1 of 3 workloads failed: shop\/a: pod a-1 is in/);
    expect(restarted()).toEqual([A, B]);
    expect(time.waits).toBe(5);
  });

  it('counts with those of earlier attempts and batches', async () => {
    const [a] = (await planned(['a', 'b', 'c'], 1)) as [WorkloadRef];
    during({ 1: crash(a), 2: () => undefined });
    const earlier = { done: 0, total: 3, begun: {}, failed: { 'uid-other': 'shop/other: slow' } };

    const problem = await problemOf(restart(earlier));

    expect(problem).toMatch(
      /^Unhealthy: .* of 3 workloads failed, of which 1 may: shop\/other: slow/,
    );
  });

  it.each([
    ['50%', true],
    ['30%', false],
  ])('of three is within %s: %s', async (maxFailures, isWithin) => {
    const workloads = await planned(['a', 'b', 'c'], maxFailures);
    const [a, b, c] = workloads as [WorkloadRef, WorkloadRef, WorkloadRef];
    during({ 1: crash(a), 2: come(b), 3: come(c) });

    const ended = await restart().then(
      ({ finished }) => finished,
      () => false,
    );

    expect(ended).toBe(isWithin);
  });
});
