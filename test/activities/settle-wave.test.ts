import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import { newProxyOf } from '../../src/domain/planning/wave-target.ts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { keepPods } from '../../src/activities/restart/recreate-pod.ts';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import { refOf, type KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import { injected } from '../domain/restart/manual/templates.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { owner, podObject, replicaSetOf, workloadObject } from '../support/kubernetes-objects.ts';
import { NEW, OLD, placePod, placeWorkload, rollOut } from '../support/placed-mesh.ts';
import { useQuickTime } from '../support/quick-time.ts';
import { accessTo, problemOf, recordIn, recordingHeart } from '../support/sample-run.ts';
import { refusal } from '../support/server-refusal.ts';

const time = useQuickTime();
const { settleWave } = await import('../../src/activities/restart/undo-wave.ts');

let cluster: FakeKubernetes;
let heart: ReturnType<typeof recordingHeart>;
beforeEach(() => {
  cluster = createFakeKubernetes();
  heart = recordingHeart();
  time.meanwhile(() => undefined);
});

function settle(
  workloads: readonly WorkloadRef[],
  kubernetes: KubernetesClient = cluster,
): Promise<void> {
  const keeper = keepPods(recordIn(cluster), 'wave-1');
  return settleWave(
    accessTo(kubernetes),
    workloads,
    newProxyOf({ to: { revision: NEW, version: '1.26.1' } }, {}),
    { deadlineSeconds: 30, keeper },
    heart,
  );
}

/** A controller that has every pod back, of the old revision, after a wait. */
function recreating(ref: WorkloadRef): void {
  time.meanwhile(() => rollOut(cluster, ref, 2, OLD));
}

/** A controller that makes a pod with the old proxy for each that is missing; gives how many were there. */
function recreatingMissing(ref: WorkloadRef, replicas: number): readonly number[] {
  const seen: number[] = [];
  time.meanwhile(async () => {
    const pods = await cluster.list(RESOURCE_KINDS.pod, { namespace: ref.namespace });
    seen.push(pods.length);
    for (let index = 0; index < replicas; index += 1) {
      const isThere = pods.some(({ metadata }) => metadata.name === `${ref.name}-${index}`);
      if (!isThere) placePod(cluster, ref, index, { revision: OLD });
    }
  });
  return seen;
}

describe('a wave that was taken back', () => {
  it('gives up on pods that come back new, since their own template has the new proxy', async () => {
    const spec = { template: injected('1.26.1') };
    const cart = placeWorkload(cluster, 'cart', { revision: NEW, spec });
    time.meanwhile(async () => {
      const pods = await cluster.list(RESOURCE_KINDS.pod, { namespace: 'shop' });
      for (const index of [0, 1]) {
        const isThere = pods.some(({ metadata }) => metadata.name === `cart-${index}`);
        if (!isThere) placePod(cluster, cart, index, { revision: NEW });
      }
    });

    const problem = await problemOf(settle([cart]));

    expect(problem).toContain('its pod template has the proxy of 1-26-1 in it');
    // As many as it has: where a webhook looks, that would have been enough.
    expect(cluster.writes).toHaveLength(2);
  });

  it('is settled at once when all its pods are ready and none has the new proxy', async () => {
    const workloads = ['a', 'b'].map((name) => placeWorkload(cluster, name));

    await settle(workloads);

    expect(time.waits).toBe(0);
    expect(cluster.writes).toEqual([]);
    expect(heart.beats).toEqual([{ done: 2, total: 2 }]);
  });

  it('loses its pods with the new proxy: ready ones by eviction, others by deletion', async () => {
    const cart = placeWorkload(cluster, 'cart', { revision: NEW });
    placePod(cluster, cart, 1, { revision: NEW, ready: false });
    recreatingMissing(cart, 2);

    await settle([cart]);

    expect(cluster.writes).toEqual(['delete Pod shop/cart-1', 'evict Pod shop/cart-0']);
  });

  it('loses ready pods one after the other: the others serve meanwhile', async () => {
    const cart = placeWorkload(cluster, 'cart', { revision: NEW, pods: 3 });
    const ready = recreatingMissing(cart, 3);

    await settle([cart]);

    expect(cluster.writes).toHaveLength(3);
    expect(Math.min(...ready)).toBe(2);
  });

  it('keeps its pods with the old proxy and those that are leaving already', async () => {
    const cart = placeWorkload(cluster, 'cart');
    placePod(cluster, cart, 1, { revision: NEW, terminating: true });
    recreating(cart);

    await settle([cart]);

    expect(time.waits).toBe(1);
    expect(cluster.writes).toEqual([]);
  });

  it('waits until the controller has seen the change', async () => {
    const cart = placeWorkload(cluster, 'cart');
    const ref = { apiVersion: 'apps/v1', ...cart };
    await cluster.mergePatch(ref, { metadata: { generation: 2 } });
    time.meanwhile(() => cluster.mergePatch(ref, { status: { observedGeneration: 2 } }));

    await settle([cart]);

    expect(time.waits).toBe(1);
  });

  it('has nothing to settle for a workload that is gone', async () => {
    const cart = placeWorkload(cluster, 'cart', { revision: NEW });
    await cluster.delete({ apiVersion: 'apps/v1', ...cart });

    await settle([cart]);

    expect(time.waits).toBe(0);
  });

  it('names what is not back by the deadline', async () => {
    const [cart, web] = [placeWorkload(cluster, 'cart'), placeWorkload(cluster, 'web')];
    placePod(cluster, cart, 1, { revision: OLD, ready: false });

    const problem = await problemOf(settle([cart, web]));

    expect(problem).toMatch(/^Unhealthy: .*after 30 s.* shop\/cart: 1 of 2 /);
    expect(problem).not.toContain('shop/web');
    // It is listed once more before it is said: 5 s after the list of the standstill at the latest.
    expect(time.waits).toBe(36);
    expect(heart.beats.at(-1)).toEqual({ done: 1, total: 2 });
  });
});

describe('a workload that is not back by the deadline', () => {
  it('is told with what its pods say', async () => {
    const cart = placeWorkload(cluster, 'cart');
    placePod(cluster, cart, 1, { revision: OLD, ready: false, trouble: 'ImagePullBackOff' });

    expect(await problemOf(settle([cart]))).toMatch(
      /shop\/cart: 1 of 2 pods ready; pod cart-1 is in ImagePullBackOff/,
    );
  });

  it('is told with what its controller says', async () => {
    const cart = placeWorkload(cluster, 'cart', { pods: 1 });
    const message = 'pods "cart-1" is forbidden: exceeded quota: full';
    const conditions = [{ type: 'ReplicaFailure', status: 'True', message }];
    const ref = { apiVersion: 'apps/v1', ...cart };
    await cluster.mergePatch(ref, { spec: { replicas: 2 }, status: { conditions } });

    expect(await problemOf(settle([cart]))).toMatch(
      /shop\/cart: 1 of 2 pods ready; pods cannot be created: .*exceeded quota: full/,
    );
  });

  it('is told with the budget that lets none of its pods go', async () => {
    const cart = placeWorkload(cluster, 'cart', { revision: NEW });
    const strict: KubernetesClient = {
      ...cluster,
      evict: async () => {
        throw refusal(429, 'Refused');
      },
    };

    expect(await problemOf(settle([cart], strict))).toMatch(
      /shop\/cart: still there: 2 pods .*; a budget does not let pod cart-1 go/,
    );
  });

  it('but not where a list shows that it is back: the watch may have missed it', async () => {
    const cart = placeWorkload(cluster, 'cart');
    placePod(cluster, cart, 1, { revision: OLD, ready: false });
    time.meanwhile(() => cluster.unseen(() => rollOut(cluster, cart, 2, OLD)));

    await settle([cart]);

    // What stands still is listed anew after 10 s.
    expect(time.waits).toBe(11);
  });
});

/** Refuses the first eviction. */
function refusing(code: number, message = 'Refused'): KubernetesClient {
  let refused = false;
  return {
    ...cluster,
    evict: async (pod, preconditions) => {
      if (refused) return cluster.evict(pod, preconditions);
      refused = true;
      throw refusal(code, message);
    },
  };
}

describe('the removal of a pod', () => {
  it.each([
    ['a budget allows none now', 429],
    ['it changed since the look', 409],
    ['a policy is in its way', 403],
  ])('is tried again when %s', async (_what, code) => {
    const cart = placeWorkload(cluster, 'cart', { revision: NEW, pods: 1 });
    time.meanwhile(async () => {
      if ((await cluster.list(PODS)).length === 0) placePod(cluster, cart, 0, { revision: OLD });
    });

    await settle([cart], refusing(code));

    expect(time.waits).toBe(2);
    expect(cluster.writes).toEqual(['evict Pod shop/cart-0']);
  });

  it('is waited for although no watch has shown it: no second pod leaves', async () => {
    const cart = placeWorkload(cluster, 'cart', { revision: NEW, pods: 3 });
    const unwatched: KubernetesClient = {
      ...cluster,
      evict: (pod, preconditions) => {
        const gone = Promise.withResolvers<boolean>();
        cluster.unseen(() => void cluster.evict(pod, preconditions).then(gone.resolve));
        return gone.promise;
      },
    };
    const evictions: number[] = [];
    time.meanwhile(() => evictions.push(cluster.writes.length));

    await settle([cart], unwatched).catch(() => undefined);

    expect(evictions.slice(0, 5)).toEqual([1, 1, 1, 1, 1]);
  });

  it('is given up when nobody has given the right to it', async () => {
    const cart = placeWorkload(cluster, 'cart', { revision: NEW });
    const words = 'User "mover" cannot create resource "pods/eviction" in API group ""';

    await expect(settle([cart], refusing(403, words))).rejects.toThrow(words);
  });

  it('that the server never lets go is told by its words', async () => {
    const cart = placeWorkload(cluster, 'cart', { revision: NEW });
    const words = 'This pod has more than one PodDisruptionBudget';
    const never = { ...cluster, evict: () => Promise.reject(refusal(500, words)) };

    expect(await problemOf(settle([cart], never))).toMatch(
      /^Unhealthy: not back after .*shop\/cart: .*more than one PodDisruptionBudget/,
    );
  });

  it('spares a pod of the same name that somebody made anew', async () => {
    const cart = placeWorkload(cluster, 'cart', { revision: NEW, pods: 1 });
    const late: KubernetesClient = {
      ...cluster,
      evict: async (pod, preconditions) => {
        placePod(cluster, cart, 0, { revision: OLD });
        return cluster.evict(pod, preconditions);
      },
    };

    await settle([cart], late);

    expect(cluster.writes).toEqual([]);
    expect(await cluster.list(PODS)).toHaveLength(1);
  });

  it('leaves one that became ready since the look to its budget', async () => {
    const cart = placeWorkload(cluster, 'cart', { pods: 1 });
    placePod(cluster, cart, 0, { revision: NEW, ready: false });
    const late: KubernetesClient = {
      ...cluster,
      delete: async (pod, preconditions) => {
        const conditions = [{ type: 'Ready', status: 'True' }];
        await cluster.mergePatch(pod, { status: { conditions } });
        return cluster.delete(pod, preconditions);
      },
    };
    time.meanwhile(async () => {
      if ((await cluster.list(PODS)).length === 0) placePod(cluster, cart, 0, { revision: OLD });
    });

    await settle([cart], late);

    expect(cluster.writes).toEqual(['patch Pod shop/cart-0', 'evict Pod shop/cart-0']);
  });
});

const PODS = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };

describe('a Deployment that was taken back', () => {
  let web: KubernetesObject;
  let ref: WorkloadRef;

  /** Two pods of the new revision, of which so many have the template that is in force now. */
  function given(updatedReplicas: number): void {
    const status = { observedGeneration: 1, replicas: 2, updatedReplicas };
    const spec = { replicas: 2 };
    web = cluster.place(
      workloadObject('Deployment', 'web', { metadata: { generation: 1 }, spec, status }),
    );
    const { uid = '' } = web.metadata;
    ref = { kind: 'Deployment', namespace: 'shop', name: 'web', uid };
    pods(NEW);
  }

  function pods(revision: string): void {
    const { uid = '' } = web.metadata;
    const ownerReferences = [owner('Deployment', 'web', uid)];
    const set = cluster.place({
      ...replicaSetOf('web'),
      metadata: { ...replicaSetOf('web').metadata, ownerReferences },
    });
    for (const name of ['web-0', 'web-1']) {
      cluster.place(
        podObject(name, revision, {
          metadata: { ownerReferences: [owner('ReplicaSet', 'web-5d', set.metadata.uid)] },
        }),
      );
    }
  }

  function evictions(): readonly string[] {
    return cluster.writes.filter((write) => write.startsWith('evict '));
  }

  it('replaces its pods by itself while they have another template', async () => {
    given(0);
    time.meanwhile(() => pods(OLD));

    await settle([ref]);

    expect(time.waits).toBe(1);
    expect(evictions()).toEqual([]);
  });

  it('is left alone until its controller has seen the change', async () => {
    given(2);
    await cluster.mergePatch(refOf(web), { metadata: { generation: 2 } });
    time.meanwhile(async () => {
      pods(OLD);
      await cluster.mergePatch(refOf(web), { status: { observedGeneration: 2 } });
    });

    await settle([ref]);

    expect(evictions()).toEqual([]);
  });

  it('loses pods that came with the old template and the new proxy', async () => {
    given(2);
    time.meanwhile(() => pods(OLD));

    await settle([ref]);

    expect(evictions()).toEqual(['evict Pod shop/web-1']);
  });
});
