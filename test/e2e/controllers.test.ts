import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CONTROLLER_NAMES } from '../../rig/controllers/names.ts';
import { isReady } from '../../rig/kubernetes/readiness.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import { eventually } from './support/eventually.ts';
import type { LiveObject } from './support/projection.ts';

const TIMEOUT_MS = 180_000;
const ROLLOUTS = '/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts';
const CANARIES = '/apis/flagger.app/v1beta1/namespaces/shop/canaries';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/shop/deployments';

interface Pod extends LiveObject {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

interface Workload extends LiveObject {
  readonly spec: { readonly replicas: number };
  readonly status?: { readonly phase?: string; readonly restartedAt?: string };
}

let bench: Bench;

beforeAll(async () => {
  bench = await openBench('controllers', { controllers: CONTROLLER_NAMES });
}, SETUP_TIMEOUT_MS);

afterAll(() => bench.close(), TIMEOUT_MS);

it(
  'a Rollout of Argo has injected pods, which restartAt replaces one and all',
  async () => {
    await bench.person.post(ROLLOUTS, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      metadata: { name: 'recommendations' },
      spec: { ...podsOf('recommendations', 3), strategy: { canary: { maxUnavailable: 1 } } },
    });
    const before = await untilInjected('recommendations', 3);

    // Whole seconds: a pod made in the same one would not count as older.
    const restartAt = new Date(Date.now() + 1_000).toISOString().replace(/\.\d+Z$/, 'Z');
    await bench.person.patch(`${ROLLOUTS}/recommendations`, 'merge', { spec: { restartAt } });
    await eventually(
      async () =>
        (await bench.kubernetes.get<Workload>(`${ROLLOUTS}/recommendations`)).status
          ?.restartedAt === restartAt,
      { what: 'the controller says that the restart is done', withinMs: 120_000 },
    );

    const after = await untilInjected('recommendations', 3);
    expect(after.filter((uid) => before.includes(uid))).toEqual([]);
  },
  TIMEOUT_MS,
);

it(
  'a Canary of Flagger gets an injected primary, and its target is scaled to zero',
  async () => {
    await bench.person.post(DEPLOYMENTS, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'pricing' },
      spec: podsOf('pricing', 2),
    });
    await untilInjected('pricing', 2);

    await bench.person.post(CANARIES, {
      apiVersion: 'flagger.app/v1beta1',
      kind: 'Canary',
      metadata: { name: 'pricing' },
      spec: {
        targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'pricing' },
        service: { port: 8080 },
        analysis: { interval: '10s', threshold: 2, maxWeight: 50, stepWeight: 25 },
      },
    });
    await eventually(
      async () =>
        (await bench.kubernetes.get<Workload>(`${CANARIES}/pricing`)).status?.phase ===
        'Initialized',
      { what: 'the canary is initialized', withinMs: 120_000 },
    );

    await untilInjected('pricing-primary', 2);
    const target = await bench.kubernetes.get<Workload>(`${DEPLOYMENTS}/pricing`);
    expect(target.spec.replicas).toBe(0);
    expect(await bench.kubernetes.find(VIRTUAL_SERVICE)).toBeDefined();
  },
  TIMEOUT_MS,
);

const VIRTUAL_SERVICE = '/apis/networking.istio.io/v1/namespaces/shop/virtualservices/pricing';

function podsOf(app: string, replicas: number): object {
  const containers = [{ name: 'app', image: `registry.example.com/shop/${app}:1.0.0` }];
  return {
    replicas,
    selector: { matchLabels: { app } },
    template: { metadata: { labels: { app } }, spec: { containers } },
  };
}

/** The uids of the pods, once there are as many as wanted, ready and injected, and no other. */
function untilInjected(app: string, count: number): Promise<readonly string[]> {
  return eventually(
    async () => {
      const path = `/api/v1/namespaces/shop/pods?labelSelector=app%3D${app}`;
      const { items } = await bench.kubernetes.get<{ items: Pod[] }>(path);
      const good = items.filter(
        (pod) => isReady(pod) && pod.metadata.annotations?.['istio.io/rev'] === '1-25-1',
      );
      return items.length === count && good.length === count
        ? good.map(({ metadata }) => metadata.uid)
        : undefined;
    },
    { what: `${count} injected pods of ${app}` },
  );
}
