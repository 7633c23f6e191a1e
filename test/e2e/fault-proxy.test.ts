import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { startFaultProxy, type FaultProxy } from '../../rig/fault-proxy/start-fault-proxy.ts';
import type { FaultPlan, ProxiedRequest } from '../../rig/fault-proxy/faults.ts';
import { createKubernetesClient, type KubernetesClient } from '../../src/clients/kubernetes.ts';
import type { Mirror } from '../../src/clients/kubernetes-follow.ts';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import { refOf, type KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import { configMap, namespaceObject } from '../support/kubernetes-objects.ts';
import { seeded } from '../support/seeded.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import { eventually } from './support/eventually.ts';

const STOP_TIMEOUT_MS = 60_000;
/** A silent connection is found within 35 s, and what was missed comes at once. */
const DEAD_WATCH_MS = 35_000;
const NAMESPACE = 'followed';
const OBJECTS = 40;

let bench: Bench;
let proxy: FaultProxy;
/** Through the proxy, as the product would be. */
let client: KubernetesClient;
/** Past the proxy. */
let direct: KubernetesClient;
let mirror: Mirror<string> | undefined;

beforeAll(async () => {
  bench = await openBench('faults', { bare: true });
  const { kubeconfigs } = bench.endpoints;
  proxy = await startFaultProxy({ kubeconfig: kubeconfigs.rig, random: seeded(11) });
  client = createKubernetesClient({ kubeconfig: proxy.kubeconfig });
  direct = createKubernetesClient({ kubeconfig: kubeconfigs.rig });
  await direct.create(namespaceObject(NAMESPACE));
}, SETUP_TIMEOUT_MS);

afterEach(async () => {
  proxy.faults.set({});
  mirror?.close();
  for (const object of await direct.list(RESOURCE_KINDS.configMap, OURS)) {
    await direct.delete(refOf(object));
  }
});

afterAll(async () => {
  await proxy.close();
  await bench.close();
}, STOP_TIMEOUT_MS);

/** The control plane puts an object of its own into each namespace; ours are marked. */
const OURS = { namespace: NAMESPACE, labelSelector: 'mine=yes' };

function ours(name: string, value = ''): KubernetesObject {
  return configMap(
    name,
    { value },
    { metadata: { namespace: NAMESPACE, labels: { mine: 'yes' } } },
  );
}

const valueOf = ({ data }: KubernetesObject): string =>
  (data as Record<string, string> | undefined)?.['value'] ?? '';

async function follow(): Promise<Mirror<string>> {
  mirror = await client.follow(RESOURCE_KINDS.configMap, OURS, valueOf);
  return mirror;
}

/** What the API server has, in the form of a mirror's items. */
async function truth(): Promise<ReadonlyMap<string, string>> {
  const objects = await direct.list(RESOURCE_KINDS.configMap, OURS);
  return new Map(objects.map((object) => [object.metadata.uid ?? '', valueOf(object)]));
}

async function agrees(followed: Mirror<string>, withinMs: number): Promise<number> {
  const begun = performance.now();
  const expected = await truth();
  expect(expected.size).toBeGreaterThan(0);
  await eventually(() => isEqual(followed.items, expected), {
    what: 'the mirror has what the API server has',
    withinMs,
    everyMs: 20,
  });
  return performance.now() - begun;
}

function isEqual(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([uid, value]) => b.get(uid) === value);
}

/** Creates objects, changes each of them, and deletes every fourth. */
async function work(): Promise<void> {
  for (let at = 0; at < OBJECTS; at += 1) {
    const made = await direct.create(ours(`o${at}`, 'a'));
    await direct.mergePatch(refOf(made), { data: { value: `b${at}` } });
    if (at % 4 === 0) await direct.delete(refOf(made));
  }
}

describe('a mirror through a proxy', () => {
  it.each<[string, FaultPlan]>([
    ['without faults', {}],
    ['that sends events twice', { watches: { duplicate: 0.5 } }],
    ['that sends events in another order', { watches: { swap: 0.3 } }],
    ['that answers 30 % with 500', { errors: { share: 0.3 } }],
    ['that answers 30 % with 429', { tooMany: { share: 0.3, retryAfterSeconds: 1 } }],
    ['that is slow', { delayMs: 300 }],
  ])('%s has what the API server has, in seconds', async (_what, plan) => {
    proxy.faults.set(plan);
    const followed = await follow();

    await work();
    // A last event, since one that is to come after the next one needs a next one.
    await direct.create(ours('last'));

    await agrees(followed, 10_000);
    expect(followed.failure()).toBeUndefined();
  });

  it('whose connections break has what the API server has, without a further list', async () => {
    const followed = await follow();
    const lists = countLists();

    const breaking = setInterval(() => proxy.faults.cutWatches(), 100);
    await work();
    clearInterval(breaking);

    await agrees(followed, 10_000);
    expect(countLists() - lists).toBe(0);
  });

  it.each(['status', 'event'] as const)(
    'that loses events has what the API server has after a 410 by %s',
    async (gone) => {
      const followed = await follow();
      proxy.faults.set({ watches: { drop: 0.5 } });
      await work();
      await delay(200);
      expect(isEqual(followed.items, await truth())).toBe(false);

      proxy.faults.set({ watches: { gone } });
      proxy.faults.cutWatches();
      await agrees(followed, 10_000);

      proxy.faults.set({});
      await direct.create(ours('after'));
      await agrees(followed, 10_000);
    },
  );
});

describe('a mirror behind a proxy', () => {
  it('that loses events has what the API server has after a refresh', async () => {
    const followed = await follow();
    proxy.faults.set({ watches: { drop: 1 } });
    await work();
    expect(followed.items.size).toBe(0);

    await followed.refresh();

    expect(isEqual(followed.items, await truth())).toBe(true);
  });

  it('that falls silent has what the API server has within 35 s, without a further list', async () => {
    const followed = await follow();
    await work();
    await agrees(followed, 10_000);
    const lists = countLists();

    proxy.faults.set({ watches: { silent: true } });
    proxy.faults.set({});
    await direct.create(ours('missed'));
    await delay(500);
    expect(isEqual(followed.items, await truth())).toBe(false);
    const tookMs = await agrees(followed, DEAD_WATCH_MS);

    console.log(`a silent watch was found after ${(tookMs / 1000).toFixed(1)} s`);
    expect(countLists() - lists).toBe(0);
  }, 60_000);

  it('that asks for a pause by 429 gets it from each request', async () => {
    proxy.faults.set({ tooMany: { share: 0.3, retryAfterSeconds: 1 } });
    const from = proxy.faults.requests.length;

    await Promise.allSettled(
      Array.from({ length: 40 }, (_, at) =>
        client.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: NAMESPACE, name: `n${at}` }),
      ),
    );

    const seen = proxy.faults.requests.slice(from);
    const refused = seen.filter(({ fault }) => fault === 'tooMany');
    const repeated = refused.filter(({ path, at }) => seen.some((each) => isAfter(each, path, at)));
    expect(repeated.length).toBeGreaterThan(3);
    for (const { path, at } of repeated) {
      const again = seen.find((each) => isAfter(each, path, at));
      expect((again?.at ?? 0) - at).toBeGreaterThanOrEqual(1000);
    }
  });
});

function isAfter(request: ProxiedRequest, path: string, at: number): boolean {
  return request.path === path && request.at > at;
}

function countLists(): number {
  return proxy.faults.requests.filter(({ method, isWatch }) => method === 'GET' && !isWatch).length;
}
