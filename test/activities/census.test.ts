import { beforeEach, describe, expect, it } from '@jest/globals';
import { CancelledFailure } from '@temporalio/activity';
import type { UsageCensus } from '../../src/activities/health/read-users.ts';
import { KubernetesError } from '../../src/clients/kubernetes-error.ts';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import type { LeftWorkload } from '../../src/domain/restart/treatment.ts';
import type { CensusPolicy, ConnectionPolicy } from '../../src/domain/policy.ts';
import type { WaveReport } from '../../src/domain/report.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { namespaceObject, podObject, proxyContainer } from '../support/kubernetes-objects.ts';
import { NEW, OLD, placeControlPlane, placePod, placeWorkload } from '../support/placed-mesh.ts';
import { useQuickTime } from '../support/quick-time.ts';
import { samplePolicy } from '../support/sample-mesh.ts';
import {
  accessTo,
  attemptAfter,
  problemOf,
  recordIn,
  RUN,
  samplePlan,
  waveStep,
} from '../support/sample-run.ts';

const time = useQuickTime();
const { takeUsageCensus, takeWaveCensus } =
  await import('../../src/activities/health/take-census.ts');
const { assertUnused } = await import('../../src/activities/health/assert-unused.ts');
const { verifyMesh } = await import('../../src/activities/health/verify-mesh.ts');

/** What a replica of istiod answers, by its name. */
type Answers = Record<string, () => unknown>;

let cluster: FakeKubernetes;
let cart: WorkloadRef;
let answers: Answers;
let asked: string[];
beforeEach(() => {
  cluster = createFakeKubernetes();
  cluster.place(namespaceObject('kube-system'));
  cart = placeWorkload(cluster, 'cart', { revision: NEW });
  placeControlPlane(cluster, NEW);
  for (const name of ['new-a', 'new-b']) placeIstiod(name, NEW);
  answers = { 'new-a': () => [synced('cart-0')], 'new-b': () => [synced('cart-1')] };
  asked = [];
  time.meanwhile(() => undefined);
});

function placeIstiod(name: string, revision: string): void {
  const labels = { app: 'istiod', 'istio.io/rev': revision };
  const metadata = { namespace: 'istio-system', labels };
  cluster.place(podObject(name, undefined, { metadata }));
}

function synced(pod: string): object {
  return { proxy: `${pod}.shop`, cluster_id: 'k', cluster_sent: '1', cluster_acked: '1' };
}

function refused(code: number): KubernetesError {
  const about = { reason: '', causes: [], retryAfterSeconds: undefined, request: 'GET' };
  return new KubernetesError({ code, message: `answer ${code}`, ...about });
}

/** The cluster with istiods that answer, and inject. */
function meshed(): KubernetesClient {
  return {
    ...cluster,
    create: async (object, options) => {
      const { metadata, ...rest } = await cluster.create(object, options);
      const injected = { ...metadata, annotations: { 'istio.io/rev': NEW } };
      return { ...rest, metadata: injected, spec: { containers: [proxyContainer(NEW)] } };
    },
    getFromPod: async ({ name }, path) => {
      asked.push(`${name}${path}`);
      const answer = answers[name];
      if (answer === undefined) throw refused(503);
      return answer();
    },
  };
}

function policyOf(connections: ConnectionPolicy): CensusPolicy {
  return { connections, waitSeconds: 30 };
}

async function planned(
  connections: ConnectionPolicy,
  left: readonly LeftWorkload[] = [],
): Promise<KubernetesClient> {
  const wave = { ...waveStep([cart]), left };
  const steps = [wave, verification()];
  await recordIn(cluster).put('plan', samplePlan(steps, { census: policyOf(connections) }));
  return meshed();
}

function verification() {
  const undo = { kind: 'none' } as const;
  return { id: 'verify-mesh', kind: 'verify-mesh', revision: NEW, title: 'Verify', undo } as const;
}

async function census(
  connections: ConnectionPolicy,
  left: readonly LeftWorkload[] = [],
): Promise<WaveReport> {
  const access = accessTo(await planned(connections, left));
  return attemptAfter().run(() => takeWaveCensus(access, { ...RUN, step: 'wave-1' }));
}

describe('the census of a wave', () => {
  it('keeps every exception with its reason, also those that a history has no room for', async () => {
    const left = Array.from({ length: 25 }, (_, index): LeftWorkload => {
      return {
        kind: 'Job',
        namespace: 'shop',
        name: `job-${index}`,
        because: `it is job ${index}`,
      };
    });

    const { exceptions = [] } = await census('off', left);

    expect(exceptions).toHaveLength(21);
    expect(exceptions.at(-1)).toBe(
      "5 further workloads: all of them in part census-wave-1 of the run's record",
    );
    const kept = await recordIn(cluster).get('census-wave-1');
    expect(kept).toEqual({
      exceptions: left.map(({ kind, namespace, name, because }) => {
        return `${kind} ${namespace}/${name}: ${because}`;
      }),
    });
  });

  it('asks each running replica of istiod once, for the namespace of the wave', async () => {
    placeIstiod('old-a', OLD);
    answers['old-a'] = () => [];

    const report = await census('required');

    expect(report).toEqual({
      id: 'wave-1',
      namespaces: ['shop'],
      workloads: 1,
      onTarget: 1,
      pods: 2,
      census: { onTarget: 2, ready: 2, connected: 2, synced: 2 },
    });
    const path = '/debug/syncz?namespace=shop';
    expect(asked.toSorted()).toEqual([`new-a${path}`, `new-b${path}`, `old-a${path}`]);
    expect(time.waits).toBe(0);
  });

  it('asks nobody where the policy says so', async () => {
    expect((await census('off')).census).toEqual({ onTarget: 2, ready: 2 });

    expect(asked).toEqual([]);
  });

  it('waits for a proxy that connects', async () => {
    answers['new-b'] = () => [];
    time.meanwhile(() => {
      if (time.waits === 2) answers['new-b'] = () => [synced('cart-1')];
    });

    expect((await census('when-known')).census).toMatchObject({ synced: 2 });

    expect(time.waits).toBe(2);
  });

  it('fails with a proxy that does not connect in time, and names it', async () => {
    answers['new-b'] = () => [];

    expect(await problemOf(census('when-known'))).toBe(
      'ThresholdPassed: expected every pod of wave-1 ready and injected by 1-26-1, connected and synced; not so: shop/cart: 1 of 2 pods: cart-1 is not connected to an istiod of 1-26-1',
    );

    expect(time.waits).toBeGreaterThan(1);
  });

  it('counts what is wanting against the threshold of the wave: within it, it is an exception', async () => {
    answers['new-b'] = () => [];
    const plan = (maxFailures: number): ReturnType<typeof samplePlan> => {
      const { restart } = samplePolicy({});
      const policy = { census: policyOf('required'), restart: { ...restart, maxFailures } };
      return samplePlan([waveStep([cart])], policy);
    };
    const count = async (maxFailures: number, failed?: Record<string, string>) => {
      await recordIn(cluster).put('plan', plan(maxFailures));
      const ref = { ...RUN, step: 'wave-1', ...(failed === undefined ? {} : { failed }) };
      return attemptAfter().run(() => takeWaveCensus(accessTo(meshed()), ref));
    };
    const because = 'shop/cart: 1 of 2 pods: cart-1 is not connected to an istiod of 1-26-1';
    expect(await problemOf(count(0))).toMatch(/^ThresholdPassed: /);

    expect(await count(1)).toMatchObject({
      onTarget: 0,
      exceptions: [`StatefulSet ${because}`],
      failed: { [cart.uid]: because },
    });
    expect(await problemOf(count(1, { other: 'shop/other: it failed before' }))).toMatch(
      /^ThresholdPassed: /,
    );
  });

  it('does not wait for what stays as it is', async () => {
    placePod(cluster, cart, 0, { revision: OLD });

    expect(await problemOf(census('required'))).toMatch(/cart-0 was injected by 1-25-1$/);

    expect(time.waits).toBe(0);
  });

  it('goes on at once without what no istiod tells, and says so', async () => {
    delete answers['new-b'];

    const { census: counts, remarks } = await census('when-known');

    expect(counts).toEqual({ onTarget: 2, ready: 2, connected: 1, synced: 1, unknown: 1 });
    expect(remarks).toEqual([
      'not known of 1 pod: istiod istio-system/new-b does not tell: GET: 503 answer 503',
    ]);
    expect(time.waits).toBe(0);
  });

  it('fails where it has to know and no istiod tells', async () => {
    delete answers['new-b'];

    expect(await problemOf(census('required'))).toMatch(
      /cart-1 is connected to nobody knows what: istiod istio-system\/new-b does not tell/,
    );

    expect(time.waits).toBeGreaterThan(1);
  });

  it('does not understand an answer that is no list', async () => {
    answers['new-b'] = () => 'busy';

    expect((await census('when-known')).remarks).toEqual([
      'not known of 1 pod: istiod istio-system/new-b does not tell: its answer to /debug/syncz is no list of proxies',
    ]);
  });

  it('lists what the plan left, with its reason', async () => {
    const job = { kind: 'Job', namespace: 'shop', name: 'batch', because: 'it ends by itself' };

    expect((await census('off', [job])).exceptions).toEqual(['Job shop/batch: it ends by itself']);
  });

  it('gives no answer when its worker is told to go: another one counts again', async () => {
    answers['new-b'] = () => [];
    const access = accessTo(await planned('required'));
    const env = attemptAfter();
    time.meanwhile(() => env.cancel('WORKER_SHUTDOWN'));

    await expect(env.run(() => takeWaveCensus(access, { ...RUN, step: 'wave-1' }))).rejects.toThrow(
      CancelledFailure,
    );
    expect(time.waits).toBe(1);
  });
});

describe('the users of a revision', () => {
  /** Nothing but a connection is left of the old revision. */
  beforeEach(() => {
    placeIstiod('old-a', OLD);
    answers['old-a'] = () => [synced('vm')];
  });

  async function users(connections: ConnectionPolicy): Promise<UsageCensus> {
    const access = accessTo(await planned(connections));
    return attemptAfter().run(() => takeUsageCensus(access, RUN, OLD));
  }

  it.each(['required', 'when-known'] as const)(
    'are also those who are connected, if the policy is %s',
    async (connections) => {
      expect(await users(connections)).toEqual({
        users: ['1 connected client of its istiod (vm.shop)'],
        remarks: [],
      });
      expect(asked).toContain('old-a/debug/syncz');
      expect(asked).not.toContain('new-a/debug/syncz');
    },
  );

  it('are not asked for where the policy says so', async () => {
    expect(await users('off')).toEqual({ users: [], remarks: [] });
    expect(asked).toEqual([]);
  });

  it('may leave while they are looked at: istiod notices late', async () => {
    time.meanwhile(() => {
      answers['old-a'] = () => [];
    });

    expect(await users('required')).toEqual({ users: [], remarks: [] });
    expect(time.waits).toBe(1);
  });

  it('that nobody can tell are users where they have to be known, and else a remark', async () => {
    delete answers['old-a'];
    const why =
      'who is connected to it is not known: istiod istio-system/old-a does not tell: GET: 503 answer 503';

    expect(await users('when-known')).toEqual({ users: [], remarks: [why] });
    expect(time.waits).toBe(0);
    expect(await users('required')).toEqual({ users: [why], remarks: [] });
    expect(time.waits).toBeGreaterThan(1);
  });

  it('keep their control plane', async () => {
    const plan = samplePlan([], { census: policyOf('required') });
    const last = (): Promise<void> =>
      attemptAfter().run(() => assertUnused(accessTo(meshed()), plan, OLD));

    expect(await problemOf(last())).toMatch(/^Unhealthy: .* found 1: 1 connected client /);

    answers['old-a'] = () => [];
    await expect(last()).resolves.toBeUndefined();
  });
});

describe('the verification of a mesh', () => {
  async function verify(connections: ConnectionPolicy): Promise<string> {
    const access = accessTo(await planned(connections));
    return attemptAfter().run(() => verifyMesh(access, { ...RUN, step: 'verify-mesh' }));
  }

  it('counts all pods of the target', async () => {
    expect(await verify('required')).toBe(
      '1 of 1 meshed workload on 1-26-1; 2 pods: 2 ready, 2 connected, 2 synced',
    );
    expect(asked.toSorted()).toEqual(['new-a/debug/syncz', 'new-b/debug/syncz']);
  });

  it('names a pod that is not connected', async () => {
    answers['new-a'] = () => [];

    expect(await problemOf(verify('when-known'))).toBe(
      'Unhealthy: the mesh is not wholly on 1-26-1: shop/cart-0 is not connected to an istiod of 1-26-1',
    );
  });

  it('says what could not be told', async () => {
    delete answers['new-a'];

    expect(await verify('when-known')).toMatch(
      /; 2 pods: 2 ready, 1 connected, 1 synced, 1 not known; not known of 1 pod: istiod .*new-a/,
    );
  });
});
