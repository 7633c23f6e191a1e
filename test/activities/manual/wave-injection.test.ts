import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { recordRelease } from '../../../src/activities/release/recorded-release.ts';
import { planInjection } from '../../../src/activities/restart/manual/plan-injection.ts';
import type { InjectionTools } from '../../../src/activities/restart/manual/prepare-injections.ts';
import { RESOURCE_KINDS } from '../../../src/clients/resource-kinds.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes-object.ts';
import type { WorkloadRef } from '../../../src/domain/mesh/observed-mesh.ts';
import { withMark } from '../../../src/domain/restart/manual/restart-mark.ts';
import type { InjectRequest } from '../../../src/installers/installer.ts';
import { APP, injected } from '../../domain/restart/manual/templates.ts';
import { istioVersion } from '../../installers/support.ts';
import { Crash, type FakeKubernetes } from '../../support/fake-kubernetes.ts';
import { configMap } from '../../support/kubernetes-objects.ts';
import { controllerOf, placePod, placeWorkload } from '../../support/placed-mesh.ts';
import { accessTo, problemOf, recordIn, samplePlan, waveStep } from '../../support/sample-run.ts';
import { useWave } from '../../support/wave-stage.ts';

const wave = await useWave({ maxPodsInFlight: 10, workloadDeadlineSeconds: 30 });
const { time, restart, writesTo } = wave;

const folder = mkdtempSync(path.join(tmpdir(), 'meshlift-wave-injection-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const manifests = path.join(folder, 'all.json');
const valuesFile = path.join(folder, 'values.json');

const TOKEN = 'r1/wave-1';
const APPLIED = withMark(injected('1.26.1'), TOKEN);
const [SOURCE, TARGET] = [releaseOf('1.25.1'), releaseOf('1.26.1')];

function releaseOf(text: string) {
  const revision = text.replaceAll('.', '-');
  return { version: istioVersion(text), revision, meshNamespace: 'istio-system' };
}

function injectorOf(revision: string): readonly KubernetesObject[] {
  return [
    configMap(`istio-sidecar-injector-${revision}`, { config: 'c', values: '{}' }),
    configMap(`istio-${revision}`, { mesh: 'm' }),
  ];
}

const injection: InjectionTools = {
  installer: {
    inject: async ({ manifests: given, version }: InjectRequest) =>
      given.map((each) => ({ ...each, spec: { template: injected(version) } })),
  },
  given: { manifests, namespace: 'shop', valuesFile },
};

let cluster: FakeKubernetes;
let cart: WorkloadRef;
beforeEach(() => {
  cluster = wave.cluster;
  for (const object of injectorOf(SOURCE.revision)) cluster.place(object);
  writeFileSync(valuesFile, '{}');
  writeOriginal(APP.image);
});

function writeOriginal(image: string): void {
  const spec = { template: { spec: { containers: [{ ...APP, image }] } } };
  const metadata = { name: 'cart' };
  writeFileSync(
    manifests,
    JSON.stringify({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec }),
  );
}

/** A workload that was injected by hand, and a plan that injects it again. */
async function planned(spec: object = {}, restartPolicy: object = {}): Promise<void> {
  cart = placeWorkload(cluster, 'cart', { spec: { template: injected('1.25.1'), ...spec } });
  const objects = injectorOf(TARGET.revision);
  const { treatments } = await planInjection(
    accessTo(cluster),
    injection.installer,
    {
      given: injection.given,
      workloads: [cart],
      stuck: new Map(),
      releases: { source: SOURCE, target: TARGET, objects },
    },
    AbortSignal.timeout(60_000),
  );
  const treatment = treatments.get(cart.uid);
  if (treatment === undefined) throw new Error('expected a treatment');
  const release = {
    objects: objects.map((object) => ({ component: 'Pilot' as const, object })),
    digest: 'sha256:release',
    warnings: [],
  };
  const step = waveStep([], { workloads: [{ ...cart, treatment }] });
  const limits = { maxPodsInFlight: 10, workloadDeadlineSeconds: 30, ...restartPolicy };
  const plan = { ...samplePlan([step], { restart: limits }), renderDigest: release.digest };
  await recordRelease(recordIn(cluster), release);
  await recordIn(cluster).put('plan', plan);
}

async function templateNow(): Promise<unknown> {
  const live = await cluster.get({ apiVersion: 'apps/v1', ...cart });
  return (live?.['spec'] as { readonly template: unknown }).template;
}

const TEMPLATES = /^patch StatefulSet/;

describe('a workload that was injected by hand', () => {
  it('gets the pod template that was planned, once, and keeps the rest', async () => {
    await planned();
    controllerOf(cluster, time, { workloads: [cart], token: TOKEN });

    expect(await restart({ injection })).toMatchObject({ finished: true, done: 1, pods: 2 });
    expect(await restart({ injection })).toMatchObject({ finished: true, done: 1 });

    expect(writesTo(TEMPLATES)).toHaveLength(1);
    expect(await templateNow()).toEqual(APPLIED);
    expect((await cluster.get({ apiVersion: 'apps/v1', ...cart }))?.['spec']).toMatchObject({
      replicas: 2,
    });
  });

  it.each([0, 1, 2])('comes to the same end after a crash at write %d', async (writes) => {
    await planned();
    controllerOf(cluster, time, { workloads: [cart], token: TOKEN });
    cluster.crashAfter(writes);
    await restart({ injection }).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
    cluster.crashAfter(100);

    expect(await restart({ injection })).toMatchObject({ finished: true, done: 1 });

    expect(writesTo(TEMPLATES)).toHaveLength(1);
    expect(await templateNow()).toEqual(APPLIED);
  });

  it('gets its template before its pods are evicted, where a template replaces none', async () => {
    await planned({ updateStrategy: { type: 'OnDelete' } });
    time.meanwhile(async () => {
      const pods = await cluster.list(RESOURCE_KINDS.pod, { namespace: 'shop' });
      for (const index of [0, 1]) {
        if (!pods.some(({ metadata }) => metadata.name === `cart-${index}`)) {
          placePod(cluster, cart, index);
        }
      }
    });

    expect(await restart({ injection })).toMatchObject({ finished: true, done: 1 });

    expect(writesTo(/StatefulSet|^evict/)).toEqual([
      'patch StatefulSet shop/cart',
      'evict Pod shop/cart-1',
      'evict Pod shop/cart-0',
    ]);
  });

  it.each([
    [
      'its manifest',
      () => writeOriginal('other:1'),
      `original manifest in ${manifests} was changed`,
    ],
    [
      'a file of the injector',
      () => writeFileSync(valuesFile, '{"a":1}'),
      'that manualInjection names',
    ],
    ['its manifest, which is gone,', () => rmSync(manifests), 'ENOENT'],
    [
      'its live template',
      () => edit(),
      'somebody changed its pod template since the plan was made',
    ],
  ])(
    'is left alone and has failed when %s is not what was planned',
    async (_what, change, words) => {
      await planned();
      await Promise.resolve(change());
      const before = await templateNow();
      const writes = writesTo(TEMPLATES).length;

      const problem = await problemOf(restart({ injection }));

      expect(problem).toContain('1 of 1 workload failed');
      expect(problem).toContain(words);
      expect(await templateNow()).toEqual(before);
      expect(writesTo(TEMPLATES)).toHaveLength(writes);
    },
  );

  it('may fail so within the tolerance of its wave', async () => {
    await planned({}, { maxFailures: 1 });
    writeOriginal('other:1');

    expect(await restart({ injection })).toMatchObject({
      finished: true,
      done: 0,
      failed: { [cart.uid]: expect.stringContaining('was changed since the plan was made') },
    });
  });
});

async function edit(): Promise<void> {
  const merge = { spec: { template: { spec: { nodeName: 'x' } } } };
  await cluster.mergePatch({ apiVersion: 'apps/v1', ...cart }, merge);
}
