import { describe, expect, it } from '@jest/globals';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import { refusal } from '../support/server-refusal.ts';
import { placePod, placeWorkload, rollOut } from '../support/placed-mesh.ts';
import { problemOf } from '../support/sample-run.ts';
import { useWave } from '../support/wave-stage.ts';

const wave = await useWave({ maxPodsInFlight: 2, workloadDeadlineSeconds: 60 });
const { time, restart } = wave;

/** A plan that restarts workloads of two pods by these names, two at a time. */
async function planned(
  names: readonly string[],
  maxFailures?: number | string,
): Promise<readonly WorkloadRef[]> {
  const workloads = names.map((name) => placeWorkload(wave.cluster, name));
  await wave.planned(workloads, maxFailures === undefined ? {} : { maxFailures });
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
  placePod(wave.cluster, ref, 1, { ready: false, trouble: 'CrashLoopBackOff' });
};
const come = (ref: WorkloadRef) => (): void => rollOut(wave.cluster, ref);

const restarted = (): readonly string[] => wave.writesTo(/^patch StatefulSet/);

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

    expect(problem).toMatch(/^ThresholdPassed: 1 of 3 workloads failed: shop\/a: pod a-1 is in/);
    expect(restarted()).toEqual([A, B]);
    expect(time.waits).toBe(5);
  });

  it('counts with those of earlier attempts and batches', async () => {
    const [a] = (await planned(['a', 'b', 'c'], 1)) as [WorkloadRef];
    during({ 1: crash(a), 2: () => undefined });
    const earlier = { done: 0, total: 3, begun: {}, failed: { 'uid-other': 'shop/other: slow' } };

    const problem = await problemOf(restart({ checkpoint: earlier }));

    expect(problem).toMatch(
      /^ThresholdPassed: .* of 3 workloads failed, of which 1 may: shop\/other: slow/,
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

describe('a workload that the server does not let be changed', () => {
  it.each([
    ['by a policy', 403, 'admission webhook "policy" denied the request: no limits'],
    ['as it is invalid', 422, 'spec.template: Invalid value'],
  ])('%s has failed, untouched, and the others go on', async (_why, code, message) => {
    const [a, b] = (await planned(['a', 'b'], 1)) as [WorkloadRef, WorkloadRef];
    during({ 2: come(b) });
    const refusing = patching(a, () => Promise.reject(refusal(code, message)));

    const result = await restart({ kubernetes: refusing });

    expect(result).toMatchObject({ finished: true, done: 1 });
    expect(result.failed).toEqual({ [a.uid]: `shop/a: a request: ${code} ${message}` });
    expect(restarted()).toEqual([B]);
  });

  it('since two budgets have its pods has failed, untouched, and the others go on', async () => {
    const a = placeWorkload(wave.cluster, 'a', { spec: { updateStrategy: { type: 'OnDelete' } } });
    const b = placeWorkload(wave.cluster, 'b');
    await wave.planned([a, b], { maxFailures: 1 });
    during({ 2: come(b) });
    const words = 'This pod has more than one PodDisruptionBudget, which the eviction';
    const refusing = { ...wave.cluster, evict: () => Promise.reject(refusal(500, words)) };

    const result = await restart({ kubernetes: refusing });

    expect(result).toMatchObject({ finished: true, done: 1 });
    expect(result.failed).toEqual({ [a.uid]: expect.stringContaining(words) });
  });

  it('at this moment, since somebody else writes to it, is changed at the next look', async () => {
    const [a] = (await planned(['a'])) as [WorkloadRef];
    during({ 3: come(a) });
    let conflicts = 2;
    const busy = patching(a, (patch) => {
      conflicts -= 1;
      return conflicts < 0 ? patch() : Promise.reject(refusal(409, 'the object has been modified'));
    });

    expect(await restart({ kubernetes: busy })).toMatchObject({ finished: true, done: 1 });

    expect(restarted()).toEqual([A]);
  });
});

/** The cluster in which patches of that workload are answered like that. */
function patching(
  { name }: WorkloadRef,
  answer: (patch: () => ReturnType<KubernetesClient['mergePatch']>) => unknown,
): KubernetesClient {
  const { cluster } = wave;
  return {
    ...cluster,
    mergePatch: async (ref, ...rest) => {
      const patch = (): ReturnType<KubernetesClient['mergePatch']> =>
        cluster.mergePatch(ref, ...rest);
      return (ref.name === name ? answer(patch) : patch()) as ReturnType<typeof patch>;
    },
  };
}
