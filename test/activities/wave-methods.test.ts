import { beforeEach, describe, expect, it } from '@jest/globals';
import { readWaveWorkloads } from '../../src/activities/restart/wave-workloads.ts';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import { KubernetesUnreachable } from '../../src/clients/kubernetes-error.ts';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import { RESTART_ANNOTATION } from '../../src/domain/mesh/record-marks.ts';
import { Crash, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { controllerOf, placePod, placeWorkload } from '../support/placed-mesh.ts';
import { problemOf, recordIn, waveStep } from '../support/sample-run.ts';
import { useWave } from '../support/wave-stage.ts';

const wave = await useWave({ maxPodsInFlight: 10, workloadDeadlineSeconds: 30 });
const { time, planned, restart, writesTo } = wave;

let cluster: FakeKubernetes;
beforeEach(() => {
  cluster = wave.cluster;
});

/** A controller that makes a new pod for each that is missing during each wait; gives how many were ready. */
function recreating(ref: WorkloadRef, replicas: number): readonly number[] {
  const ready: number[] = [];
  time.meanwhile(async () => {
    const pods = await cluster.list(RESOURCE_KINDS.pod, { namespace: 'shop' });
    const names = new Set(pods.map(({ metadata }) => metadata.name));
    ready.push(pods.length);
    for (let index = 0; index < replicas; index += 1) {
      if (!names.has(`${ref.name}-${index}`)) placePod(cluster, ref, index);
    }
  });
  return ready;
}

function budgetOf(name: string, status: object): void {
  cluster.place({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'shop' },
    spec: { selector: { matchLabels: { app: name } } },
    status,
  });
}

const ON_DELETE = { updateStrategy: { type: 'OnDelete' } };
const EVICTIONS = /^evict /;
const TEMPLATES = /^patch StatefulSet/;

describe('a workload whose template replaces no pod', () => {
  it('is moved pod by pod, the last first, one at a time, and keeps its template', async () => {
    const ledger = placeWorkload(cluster, 'ledger', { pods: 3, spec: ON_DELETE });
    await planned([ledger]);
    const ready = recreating(ledger, 3);

    const result = await restart();

    expect(writesTo(EVICTIONS)).toEqual([
      'evict Pod shop/ledger-2',
      'evict Pod shop/ledger-1',
      'evict Pod shop/ledger-0',
    ]);
    expect(Math.min(...ready)).toBe(2);
    expect(writesTo(TEMPLATES)).toEqual([]);
    expect(result).toMatchObject({ finished: true, done: 1, pods: 3 });
  });

  it.each([1, 2, 3])('loses no pod twice, also after a crash at write %d', async (writes) => {
    const ledger = placeWorkload(cluster, 'ledger', { pods: 3, spec: ON_DELETE });
    await planned([ledger]);
    recreating(ledger, 3);
    cluster.crashAfter(writes);
    await expect(restart()).rejects.toThrow(Crash);
    cluster.crashAfter(100);

    await restart();

    const evictions = writesTo(EVICTIONS);
    expect(evictions).toHaveLength(3);
    expect(new Set(evictions).size).toBe(3);
  });

  it('has all the time that its pods take, as long as one after the other arrives', async () => {
    const ledger = placeWorkload(cluster, 'ledger', { pods: 3, spec: ON_DELETE });
    await planned([ledger], { workloadDeadlineSeconds: 30 });
    let missing = 0;
    time.meanwhile(async () => {
      const pods = await cluster.list(RESOURCE_KINDS.pod, { namespace: 'shop' });
      const names = new Set(pods.map(({ metadata }) => metadata.name));
      const gone = [0, 1, 2].find((index) => !names.has(`ledger-${index}`));
      missing = gone === undefined ? 0 : missing + 1;
      if (gone === undefined || missing < 20) return;
      placePod(cluster, ledger, gone);
      missing = 0;
    });

    const result = await restart();

    expect(time.waits).toBeGreaterThan(55);
    expect(result).toMatchObject({ finished: true, done: 1, pods: 3 });
    expect(result.failed).toBeUndefined();
  });

  it('is not asked again for a pod that has left untold: that would close its budget', async () => {
    const ledger = placeWorkload(cluster, 'ledger', { pods: 2, spec: ON_DELETE });
    await planned([ledger]);
    recreating(ledger, 2);
    const asked: string[] = [];
    const quietly: KubernetesClient = {
      ...cluster,
      evict: async (ref, precondition) => {
        asked.push(ref.name);
        return cluster.unseen(() => cluster.evict(ref, precondition));
      },
    };

    expect(await restart({ kubernetes: quietly })).toMatchObject({ finished: true, done: 1 });

    expect(time.waits).toBeGreaterThan(10);
    expect(asked).toEqual(['ledger-1', 'ledger-0']);
  });

  it('is in the journal all the same, so that its undo finds it', async () => {
    const ledger = placeWorkload(cluster, 'ledger', { spec: ON_DELETE });
    await planned([]);
    recreating(ledger, 2);

    await restart();

    expect(await readWaveWorkloads(recordIn(cluster), waveStep([]))).toEqual([ledger]);
  });
});

describe('a workload with a budget', () => {
  it('is restarted by its template where its strategy stays within it', async () => {
    const cart = placeWorkload(cluster, 'cart', { pods: 3 });
    budgetOf('cart', {
      expectedPods: 3,
      desiredHealthy: 2,
      currentHealthy: 3,
      disruptionsAllowed: 1,
    });
    await planned([cart]);
    controllerOf(cluster, time, { workloads: [cart], token: 'r1/wave-1' });
    time.meanwhile(async () => {
      for (let index = 0; index < 3; index += 1) placePod(cluster, cart, index);
    });

    await restart();

    expect(writesTo(TEMPLATES)).toHaveLength(1);
    expect(writesTo(EVICTIONS)).toEqual([]);
  });

  it('is moved pod by pod where its strategy would break it', async () => {
    const spec = { updateStrategy: { rollingUpdate: { maxUnavailable: 2 } } };
    const cart = placeWorkload(cluster, 'cart', { pods: 3, spec });
    budgetOf('cart', {
      expectedPods: 3,
      desiredHealthy: 2,
      currentHealthy: 3,
      disruptionsAllowed: 1,
    });
    await planned([cart]);
    const ready = recreating(cart, 3);

    await restart();

    expect(Math.min(...ready)).toBe(2);
    expect(writesTo(EVICTIONS)).toHaveLength(3);
    expect(writesTo(TEMPLATES)).toEqual([]);
  });

  it('that lets nobody go is waited for, to the deadline, and named', async () => {
    const cart = placeWorkload(cluster, 'cart', { pods: 3 });
    budgetOf('cart', {
      expectedPods: 3,
      desiredHealthy: 3,
      currentHealthy: 3,
      disruptionsAllowed: 0,
    });
    await planned([cart]);

    const problem = await problemOf(restart());

    expect(problem).toMatch(
      /shop\/cart: could not begin for 3[0-9] s: budget shop\/cart lets no more pods go/,
    );
    expect(writesTo(EVICTIONS)).toEqual([]);
    expect(writesTo(TEMPLATES)).toEqual([]);
  });
});

describe('a restart mark that somebody takes away', () => {
  /** Somebody who has the template without our mark, and our marks on it. */
  function contested(cart: WorkloadRef, andThen = (): void => undefined) {
    const marks: unknown[] = [];
    const patch = cluster.mergePatch.bind(cluster);
    time.meanwhile(async () => {
      const annotations = { [RESTART_ANNOTATION]: null };
      const template = { metadata: { annotations } };
      await patch({ apiVersion: 'apps/v1', ...cart }, { spec: { template } });
      andThen();
    });
    const counting: FakeKubernetes = {
      ...cluster,
      mergePatch: (ref, body, options) => {
        marks.push(body);
        return patch(ref, body, options);
      },
    };
    return { marks, counting };
  }

  it('is put back twice, and then named as a conflict of owners', async () => {
    const cart = placeWorkload(cluster, 'cart');
    await planned([cart]);
    const { marks, counting } = contested(cart);

    const problem = await problemOf(restart({ kubernetes: counting }));

    expect(problem).toMatch(/shop\/cart: the restart mark was taken from its pod template/);
    expect(marks).toHaveLength(3);
  });

  it('is not put back where the new pods came all the same', async () => {
    const cart = placeWorkload(cluster, 'cart');
    await planned([cart]);
    const { marks, counting } = contested(cart, () => {
      placePod(cluster, cart, 0);
      placePod(cluster, cart, 1);
    });

    expect(await restart({ kubernetes: counting })).toMatchObject({ finished: true });

    expect(marks).toHaveLength(1);
  });
});

describe('the pace of a wave', () => {
  it('lets in no more new pods in ten seconds than the policy says', async () => {
    const workloads = ['a', 'b', 'c'].map((name) => placeWorkload(cluster, name));
    await planned(workloads, { maxPodsPerSecond: 0.2 });
    const begunAt: number[] = [];
    const start = Date.now();
    controllerOf(cluster, time, { workloads, token: 'r1/wave-1' });
    const patching = cluster.mergePatch.bind(cluster);
    const watched: FakeKubernetes = {
      ...cluster,
      mergePatch: (ref, patch, options) => {
        begunAt.push(Math.round((Date.now() - start) / 1000));
        return patching(ref, patch, options);
      },
    };

    await restart({ kubernetes: watched });

    expect(begunAt).toHaveLength(3);
    for (const [index, at] of begunAt.slice(1).entries()) {
      expect(at - (begunAt[index] ?? 0)).toBeGreaterThanOrEqual(10);
    }
  });
});

describe('trouble of the API server', () => {
  /** It refuses the first writes to workloads and pods. */
  function refusing(times: number): FakeKubernetes {
    let left = times;
    const orRefuse = async <T>(write: () => Promise<T>): Promise<T> => {
      left -= 1;
      if (left >= 0) throw new KubernetesUnreachable('PATCH', new Error('reset'));
      return write();
    };
    return {
      ...cluster,
      mergePatch: (...args) => orRefuse(() => cluster.mergePatch(...args)),
      evict: (...args) => orRefuse(() => cluster.evict(...args)),
    };
  }

  it('that passes is no failure of a workload, and nothing is done twice', async () => {
    const [cart, ledger] = [
      placeWorkload(cluster, 'cart', { pods: 1 }),
      placeWorkload(cluster, 'ledger', { pods: 2, spec: ON_DELETE }),
    ];
    await planned([cart, ledger]);
    time.meanwhile(async () => {
      const live = await cluster.get({ apiVersion: 'apps/v1', ...cart });
      if (JSON.stringify(live?.['spec']).includes('r1/wave-1')) placePod(cluster, cart, 0);
      const pods = await cluster.list(RESOURCE_KINDS.pod, { namespace: 'shop' });
      for (const index of [0, 1]) {
        const isThere = pods.some(({ metadata }) => metadata.name === `ledger-${index}`);
        if (!isThere) placePod(cluster, ledger, index);
      }
    });

    const result = await restart({ kubernetes: refusing(4) });

    expect(result).toMatchObject({ finished: true, done: 2 });
    expect(writesTo(TEMPLATES)).toHaveLength(1);
    expect(writesTo(EVICTIONS)).toHaveLength(2);
  });

  it('that lasts ends the attempt with what the server said', async () => {
    await planned([placeWorkload(cluster, 'cart')], { workloadDeadlineSeconds: 600 });

    await expect(restart({ kubernetes: refusing(1000) })).rejects.toThrow(KubernetesUnreachable);

    expect(time.waits).toBeGreaterThan(50);
  });
});

describe('a workload that fails after its wave has begun', () => {
  /** Crashes with its new pods; somebody deploys another image meanwhile, or nobody does. */
  async function failing(andThen: (cart: WorkloadRef) => Promise<unknown>): Promise<string> {
    const cart = placeWorkload(cluster, 'cart');
    await planned([cart]);
    time.meanwhile(async () => {
      await andThen(cart);
      placePod(cluster, cart, 1, { ready: false, trouble: 'CrashLoopBackOff' });
    });
    return problemOf(restart());
  }

  it('is the restart, as far as anybody can tell, where nobody deployed', async () => {
    const problem = await failing(async () => undefined);

    expect(problem).toMatch(/shop\/cart: pod cart-1 is in CrashLoopBackOff/);
    expect(problem).not.toContain('somebody else');
  });

  it('may be of a deployment that landed meanwhile, and says so', async () => {
    const problem = await failing((cart) => {
      const containers = [{ name: 'app', image: 'app:2' }];
      const template = { spec: { containers } };
      return cluster.mergePatch({ apiVersion: 'apps/v1', ...cart }, { spec: { template } });
    });

    expect(problem).toMatch(/CrashLoopBackOff.*changed by somebody else since the wave began/);
  });
});
