import { beforeEach, describe, expect, it } from '@jest/globals';
import { newProxyOf } from '../../src/domain/planning/wave-target.ts';
import { undoChange } from '../../src/activities/changes/undo-change.ts';
import { keepPods } from '../../src/activities/restart/recreate-pod.ts';
import type { WaveCheckpoint } from '../../src/activities/restart/wave-checkpoint.ts';
import type { KubernetesError } from '../../src/clients/kubernetes-error.ts';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import type { Change } from '../../src/domain/journal/change.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import type { RestartableKind, WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import { Crash, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { owner, podObject } from '../support/kubernetes-objects.ts';
import { refusal } from '../support/server-refusal.ts';
import { NEW, OLD, placePod } from '../support/placed-mesh.ts';
import {
  accessTo,
  attemptAfter,
  problemOf,
  recordIn,
  recordingHeart,
} from '../support/sample-run.ts';
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

/** A workload of another kind, with its pods on the old revision. */
function place(
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: RestartableKind },
  name: string,
  replicas: number,
): WorkloadRef {
  const template = { metadata: { labels: { app: name } } };
  const { metadata } = cluster.place({
    apiVersion,
    kind,
    metadata: { name, namespace: 'shop' },
    spec: { replicas, template },
  });
  return { kind, namespace: 'shop', name, uid: metadata.uid ?? '' };
}

const REPLICA_SET = { apiVersion: 'apps/v1', kind: 'ReplicaSet' } as const;
const ROLLOUT = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' } as const;

describe('a ReplicaSet that nothing controls', () => {
  it('is moved pod by pod, and its own template stays as it is', async () => {
    const batcher = place(REPLICA_SET, 'batcher', 2);
    for (const index of [0, 1]) placePod(cluster, batcher, index, { revision: OLD });
    await stage.planned([batcher]);
    time.meanwhile(async () => {
      const pods = await cluster.list(RESOURCE_KINDS.pod);
      const names = new Set(pods.map(({ metadata }) => metadata.name));
      for (const index of [0, 1]) {
        if (!names.has(`batcher-${index}`)) placePod(cluster, batcher, index);
      }
    });

    expect(await restart()).toMatchObject({ finished: true, done: 1, pods: 2 });

    expect(writesTo(/^evict/)).toEqual(['evict Pod shop/batcher-1', 'evict Pod shop/batcher-0']);
    expect(writesTo(/ReplicaSet/)).toEqual([]);
  });
});

describe('an Argo Rollout', () => {
  let search: WorkloadRef;
  beforeEach(async () => {
    search = place(ROLLOUT, 'search', 2);
    const { metadata } = cluster.place({
      ...REPLICA_SET,
      metadata: {
        name: 'search-5d',
        namespace: 'shop',
        ownerReferences: [{ ...owner('Rollout', 'search', search.uid), ...apiOf(ROLLOUT) }],
      },
    });
    const own = {
      ...search,
      kind: 'ReplicaSet',
      name: 'search-5d',
      uid: metadata.uid ?? '',
    } as const;
    for (const index of [0, 1]) placePod(cluster, own, index, { revision: OLD });
    await stage.planned([search]);
    time.meanwhile(async () => {
      if ((await restartAt()) === undefined) return;
      for (const index of [0, 1]) placePod(cluster, own, index);
    });
  });

  async function live(): Promise<KubernetesObject | undefined> {
    return cluster.get({ ...ROLLOUT, namespace: 'shop', name: 'search' });
  }

  async function restartAt(): Promise<string | undefined> {
    return ((await live())?.['spec'] as { readonly restartAt?: string } | undefined)?.restartAt;
  }

  function journaled(): Promise<{ readonly changes: readonly Change[] }> {
    const journal = recordIn(cluster).get('step-wave-1-restart');
    return journal as Promise<{ readonly changes: readonly Change[] }>;
  }

  it('is restarted by its own field, once, however often it is asked', async () => {
    const before = Date.now();

    expect(await restart()).toMatchObject({ finished: true, done: 1, pods: 2 });
    expect(await restart()).toMatchObject({ finished: true, done: 1 });

    expect(writesTo(/Rollout/)).toEqual(['patch Rollout shop/search']);
    const applied = await restartAt();
    expect(applied).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Date.parse(applied ?? '')).toBeGreaterThan(before);
    expect((await journaled()).changes).toMatchObject([
      { kind: 'restart-at', prior: null, applied },
    ]);
  });

  it('is not restarted again where somebody has asked for a later restart', async () => {
    cluster.crashAfter(1);
    await expect(restart()).rejects.toThrow(Crash);
    cluster.crashAfter(1000);
    const later = '2099-01-01T00:00:00Z';
    await cluster.mergePatch({ ...ROLLOUT, ...search }, { spec: { restartAt: later } });

    expect(await restart()).toMatchObject({ finished: true, done: 1 });

    expect(writesTo(/Rollout/)).toHaveLength(1);
    expect(await restartAt()).toBe(later);
  });

  it('gets its field back as it was', async () => {
    await restart();
    const [change] = (await journaled()).changes;
    if (change === undefined) throw new Error('expected a journal');

    expect(await undoChange(accessTo(cluster), change)).toEqual({ kind: 'reverted' });
    expect(await restartAt()).toBeUndefined();
    expect(await undoChange(accessTo(cluster), change)).toEqual({ kind: 'unchanged' });
  });
});

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

function apiOf({ apiVersion }: { readonly apiVersion: string }): { readonly apiVersion: string } {
  return { apiVersion };
}
