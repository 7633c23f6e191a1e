import { beforeEach, describe, expect, it } from '@jest/globals';
import { undoChange } from '../../src/activities/changes/undo-change.ts';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import type { Change } from '../../src/domain/journal/change.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import type { RestartableKind, WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import { Crash, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { owner } from '../support/kubernetes-objects.ts';
import { OLD, placePod } from '../support/placed-mesh.ts';
import { accessTo, recordIn } from '../support/sample-run.ts';
import { useWave } from '../support/wave-stage.ts';

const stage = await useWave({ maxPodsInFlight: 10, workloadDeadlineSeconds: 30 });
const { time } = stage;

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

function apiOf({ apiVersion }: { readonly apiVersion: string }): { readonly apiVersion: string } {
  return { apiVersion };
}
