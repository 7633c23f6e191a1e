import { beforeEach, describe, expect, it } from '@jest/globals';
import { keepPods } from '../../src/activities/restart/recreate-pod.ts';
import type { WaveCheckpoint } from '../../src/activities/restart/wave-checkpoint.ts';
import type { KubernetesError } from '../../src/clients/kubernetes-error.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import { newProxyOf } from '../../src/domain/planning/wave-target.ts';
import { Crash, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { podObject } from '../support/kubernetes-objects.ts';
import { NEW, OLD } from '../support/placed-mesh.ts';
import {
  accessTo,
  attemptAfter,
  problemOf,
  recordIn,
  recordingHeart,
} from '../support/sample-run.ts';
import { refusal } from '../support/server-refusal.ts';
import { useWave } from '../support/wave-stage.ts';

const stage = await useWave({ maxPodsInFlight: 10, workloadDeadlineSeconds: 30 });
const { time } = stage;
const { settleWave } = await import('../../src/activities/restart/undo-wave.ts');

let cluster: FakeKubernetes;
beforeEach(() => {
  ({ cluster } = stage);
});

function writesTo(what: RegExp): readonly string[] {
  return stage.writesTo(what);
}

function restart(kubernetes = cluster): ReturnType<typeof stage.restart> {
  return stage.restart({ kubernetes });
}

describe('a pod that nobody owns', () => {
  const POD = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'tool' };
  const CONTAINERS = [{ name: 'app', image: 'tool:1' }];
  let tool: WorkloadRef;
  /** The cluster with an injector of this revision, and pods that are ready at once. */
  let injecting: string;
  let injected: FakeKubernetes;

  beforeEach(async () => {
    injecting = NEW;
    injected = {
      ...cluster,
      create: (object, options) =>
        cluster.create(object.kind === 'Pod' ? inject(object, injecting) : object, options),
    };
    const written = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'tool', namespace: 'shop' },
    };
    const applied = JSON.stringify({ ...written, spec: { containers: CONTAINERS } });
    const { metadata } = cluster.place(
      inject(
        {
          ...written,
          metadata: {
            ...written.metadata,
            annotations: { 'kubectl.kubernetes.io/last-applied-configuration': applied },
          },
          spec: { containers: CONTAINERS },
        },
        OLD,
      ),
    );
    tool = { kind: 'Pod', namespace: 'shop', name: 'tool', uid: metadata.uid ?? '' };
    await stage.planned([tool]);
  });

  function inject(pod: KubernetesObject, revision: string): KubernetesObject {
    const made = podObject(pod.metadata.name, revision);
    return {
      ...pod,
      metadata: {
        ...pod.metadata,
        annotations: { ...pod.metadata.annotations, ...made.metadata.annotations },
      },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    };
  }

  function settle(workloads: readonly WorkloadRef[] = [tool]): Promise<void> {
    const keeper = keepPods(recordIn(cluster), 'wave-1');
    const limits = { deadlineSeconds: 30, keeper };
    return settleWave(
      accessTo(injected),
      workloads,
      newProxyOf({ to: { revision: NEW, version: '1.26.1' } }, {}),
      limits,
      recordingHeart(),
    );
  }

  async function revisionOfTool(): Promise<string | undefined> {
    return (await cluster.get(POD))?.metadata.annotations?.['istio.io/rev'];
  }

  it('is evicted, and made again from what somebody wrote', async () => {
    expect(await restart(injected)).toMatchObject({ finished: true, done: 1, pods: 1 });

    expect(writesTo(/Pod/)).toEqual(['evict Pod shop/tool', 'create Pod shop/tool']);
    const pod = await cluster.get(POD);
    expect(pod?.metadata.uid).not.toBe(tool.uid);
    expect(pod?.['spec']).toEqual({ containers: CONTAINERS });
    expect(await revisionOfTool()).toBe(NEW);
  });

  it('is looked up in the record once, however often its wave looks', async () => {
    const record = recordIn(cluster);
    const asked: string[] = [];
    const counting = {
      ...record,
      get: (part: string) => {
        asked.push(part);
        return record.get(part);
      },
    };
    const keeper = keepPods(counting, 'wave-1');
    expect(await keeper.get(tool.uid)).toBeUndefined();
    const kept = { state: 'leaving', manifest: { ...POD, metadata: { name: 'tool' } } } as const;

    await keeper.put(tool.uid, kept);

    expect(await keeper.get(tool.uid)).toEqual(kept);
    expect(asked).toHaveLength(1);
    expect(await keepPods(record, 'wave-1').get(tool.uid)).toEqual(kept);
  });

  it('is left as it is by a repetition', async () => {
    await restart(injected);
    const before = cluster.writes.length;

    expect(await restart(injected)).toMatchObject({ finished: true, done: 1 });

    expect(cluster.writes).toHaveLength(before);
  });

  it.each([0, 1, 2, 3, 4])('is there again after a crash at write %d', async (writes) => {
    cluster.crashAfter(writes);
    await expect(restart(injected)).rejects.toThrow(Crash);
    cluster.crashAfter(1000);

    expect(await restart(injected)).toMatchObject({ finished: true, done: 1, pods: 1 });

    expect(writesTo(/^evict/)).toHaveLength(1);
    expect(writesTo(/^create Pod/)).toHaveLength(1);
    expect(await revisionOfTool()).toBe(NEW);
  });

  it('is not made again where somebody else deleted it before its turn', async () => {
    cluster.crashAfter(1);
    await expect(restart(injected)).rejects.toThrow(Crash);
    expect(await recordIn(cluster).get('step-wave-1-restart')).toBeDefined();
    cluster.crashAfter(1000);
    await cluster.delete(POD);

    expect(await restart(injected)).toMatchObject({ finished: true, done: 1, pods: 0 });

    expect(writesTo(/^create Pod/)).toEqual([]);
  });

  it('waits for its budget and is named at the deadline', async () => {
    const refusing: FakeKubernetes = {
      ...injected,
      evict: () => Promise.reject(tooMany()),
    };

    const problem = await problemOf(restart(refusing));

    expect(problem).toMatch(/shop\/tool: not there after \d+ s/);
    expect(await revisionOfTool()).toBe(OLD);
  });

  it('that has left is made again before the wave stops, for a pause or for a new worker', async () => {
    const env = attemptAfter();
    time.meanwhile(() => env.cancel());

    const result = await stage.restart({ kubernetes: injected, env });

    expect(result).toMatchObject({ done: 1, pods: 1 });
    expect(writesTo(/Pod/)).toEqual(['evict Pod shop/tool', 'create Pod shop/tool']);
    expect(await revisionOfTool()).toBe(NEW);
  });

  it('is not waited for by a wave that stops where it never comes back, nor where it never left', async () => {
    const cancelled = (): ReturnType<typeof attemptAfter> => {
      const env = attemptAfter();
      time.meanwhile(() => env.cancel());
      return env;
    };
    const full: FakeKubernetes = { ...injected, evict: () => Promise.reject(tooMany()) };
    await stage.restart({ kubernetes: full, env: cancelled() });
    const waitsWithPod = time.waits;

    await stage.restart({ kubernetes: refusingToMake(OVER_QUOTA), env: cancelled() });

    expect(waitsWithPod).toBe(1);
    expect(time.waits).toBeLessThan(30);
    expect(await keptPod()).toMatchObject({ state: 'leaving' });
  });

  /** The cluster that refuses so often to make it; `undefined`: always. */
  function refusingToMake(
    error: KubernetesError,
    times = Number.POSITIVE_INFINITY,
  ): FakeKubernetes {
    let left = times;
    return {
      ...injected,
      create: (object, options) => {
        if (object.kind !== 'Pod' || left <= 0) return injected.create(object, options);
        left -= 1;
        return Promise.reject(error);
      },
    };
  }

  function keptPod(): Promise<unknown> {
    return keepPods(recordIn(cluster), 'wave-1').get(tool.uid);
  }

  it('is made again once the server takes it: a quota may count the old one a while longer', async () => {
    expect(await restart(refusingToMake(OVER_QUOTA, 2))).toMatchObject({ finished: true, done: 1 });

    expect(await revisionOfTool()).toBe(NEW);
  });

  it('has failed where the server never takes it, by its words; the record keeps it', async () => {
    const problem = await problemOf(restart(refusingToMake(OVER_QUOTA)));

    expect(problem).toMatch(
      /^ThresholdPassed: 1 of 1 workload failed: shop\/tool: not there after 3\d s, no further for 3\d s: it has left .* record keeps its manifest; .*exceeded quota/,
    );
    const held = stage.heart.beats.flatMap((beat) => (beat as WaveCheckpoint).held ?? []);
    expect(held).toContainEqual(expect.stringMatching(/^shop\/tool: .*exceeded quota/));
    expect(await keptPod()).toMatchObject({ state: 'leaving', manifest: { kind: 'Pod' } });
  });

  it('ends the attempt where nobody may make pods at all', async () => {
    const noRight = refusal(403, 'User "mover" cannot create resource "pods" in API group ""');

    await expect(restart(refusingToMake(noRight))).rejects.toBe(noRight);
  });

  it('is not back, by the words of the server, where its undo is refused', async () => {
    await restart(injected);
    injecting = OLD;
    injected = refusingToMake(OVER_QUOTA);

    expect(await problemOf(settle())).toMatch(
      /^Unhealthy: not back after 30 s: .*shop\/tool: it is gone, .* record keeps its manifest; .*exceeded quota/,
    );
  });

  it.each([0, 1, 2, 3])(
    'goes back on the old revision, also after a crash at write %d',
    async (writes) => {
      await restart(injected);
      expect(await revisionOfTool()).toBe(NEW);
      injecting = OLD;
      cluster.crashAfter(writes);
      await expect(settle()).rejects.toThrow(Crash);
      cluster.crashAfter(1000);

      await settle();

      expect(await revisionOfTool()).toBe(OLD);
      expect((await cluster.get(POD))?.['spec']).toEqual({ containers: CONTAINERS });
    },
  );

  it('goes back by what was kept, whatever has become of it since, and no other pod leaves', async () => {
    const { metadata } = cluster.place(inject({ ...POD_LIKE, metadata: named('spare') }, OLD));
    await restart(injected);
    await cluster.mergePatch(POD, {
      metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': null } },
    });
    injecting = OLD;

    await settle([tool, { ...tool, name: 'spare', uid: metadata.uid ?? '' }]);

    expect(await revisionOfTool()).toBe(OLD);
    expect(writesTo(/spare/)).toEqual([]);
  });

  it('is left alone by an undo of a wave that never came to it', async () => {
    await settle();

    expect(writesTo(/Pod/)).toEqual([]);
    expect(await revisionOfTool()).toBe(OLD);
  });
});

/** A budget that lets nobody go. */
function tooMany(): KubernetesError {
  return refusal(429, 'Cannot evict pod as it would violate the budget');
}

const OVER_QUOTA = refusal(403, 'pods "tool" is forbidden: exceeded quota: few');

const POD_LIKE = { apiVersion: 'v1', kind: 'Pod' } as const;

function named(name: string): KubernetesObject['metadata'] {
  return { name, namespace: 'shop' };
}
