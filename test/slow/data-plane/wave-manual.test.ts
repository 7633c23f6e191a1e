import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { patch } from '../../e2e/scenarios/scenario.ts';
import { isOurs, isWrite } from '../../e2e/support/audit-log.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../e2e/support/bench.ts';
import {
  annotationsOfCart,
  BY_HAND,
  configureByHand,
  findingsOf,
  folderOf,
  FORGETFUL,
  GRACEFUL,
  injectConfigFile,
  ORIGINAL,
  originalFile,
  patchCart,
  placeCart,
  proxiesOfCart,
  TEMPLATED,
  withOwnAnnotation,
} from '../../e2e/support/by-hand.ts';
import { carryOut, type TakeBack } from '../../e2e/support/carry-out.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { calmState, expectRestored, meshedPods, podsOn } from '../../e2e/support/mesh.ts';
import { list, project, type Projection } from '../../e2e/support/projection.ts';
import {
  NEW_REVISION,
  OLD_REVISION,
  resultOf,
  TARGET,
  TASK_QUEUE,
  untilGate,
  untilStep,
  type Handle,
} from '../../e2e/support/runs.ts';
import { untilSettled } from '../../e2e/support/settled.ts';

const RUN_TIMEOUT_MS = 240_000;

let bench: Bench;
let calm: Projection;
let takeBack: TakeBack[] = [];
/** The last test leaves nothing to return to. */
let isUpgraded = false;

beforeAll(async () => {
  bench = await openBench('wave-manual');
  mkdirSync(folderOf(bench, 'originals'));
  mkdirSync(folderOf(bench, 'nothing'));
  writeFileSync(injectConfigFile(bench), await withOwnAnnotation(bench));
  configureByHand(bench);
  calm = await calmState(bench);
  bench.startWorker();
}, SETUP_TIMEOUT_MS);

afterEach(async () => {
  for (const each of takeBack.toReversed()) await each();
  takeBack = [];
  rmSync(originalFile(bench), { force: true });
  if (isUpgraded) return;
  // What was taken back is a rollout once more, and machines are slow.
  await eventually(async () => isDeepStrictEqual(await project(bench.kubernetes), calm), {
    what: 'the mesh is as it was',
    withinMs: 90_000,
  });
  await expectRestored(bench, calm);
}, RUN_TIMEOUT_MS);

afterAll(() => bench.close(), RUN_TIMEOUT_MS);

it(
  'a workload that was injected by hand is injected again from its original, and comes back as it was',
  async () => {
    await place();
    // What an autoscaler does: the manifest says 2.
    await patchCart(bench, { spec: { replicas: 3 } });
    const before = await calmState(bench);
    expect(before[`pods of ${BY_HAND}/cart`]).toEqual({ [`${OLD_REVISION}, ready`]: 3 });
    const mark = bench.audit.mark();

    const handle = await start('demo');
    await untilGate(handle);

    const state = await project(bench.kubernetes);
    expect(state[`pods of ${BY_HAND}/cart`]).toEqual({ [`${NEW_REVISION}, ready`]: 3 });
    expect(meshedPods(state)).toEqual(podsOn(NEW_REVISION));
    // Injected once: by hand, and by no webhook after it.
    expect(await proxiesOfCart(bench)).toEqual(
      Array(3).fill([`docker.io/istio/proxyv2:${TARGET}`]),
    );
    const writes = bench.audit
      .since(mark)
      .filter((each) => isOurs(each) && isWrite(each) && each.objectRef?.name === 'cart');
    expect(writes.map(({ verb }) => verb)).toEqual(['patch']);

    await handle.signal('rollback', { reason: 'errors in cart' });
    const report = await resultOf(handle);

    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true, differences: [] });
    await expectRestored(bench, before);
  },
  RUN_TIMEOUT_MS,
);

it(
  'an inject config of its owner stands in for the one of the injector, on both sides',
  async () => {
    await place({ injectConfig: injectConfigFile(bench) });
    const before = await calmState(bench);

    const handle = await start(TEMPLATED);
    await untilGate(handle);

    expect(await annotationsOfCart(bench)).toMatchObject({
      'example.com/injected': 'by hand',
      'istio.io/rev': NEW_REVISION,
    });
    expect(await proxiesOfCart(bench)).toEqual(
      Array(2).fill([`docker.io/istio/proxyv2:${TARGET}`]),
    );
    await handle.signal('rollback', { reason: 'enough' });
    expect(await resultOf(handle)).toMatchObject({ outcome: 'RolledBack', restored: true });
    await expectRestored(bench, before);
  },
  RUN_TIMEOUT_MS,
);

it(
  'without its original, with a rendered one, or with an edit in the cluster it is not injected again',
  async () => {
    const rendered = await place();
    expect(await findingsOf(bench, FORGETFUL)).toEqual([
      `WorkloadCannotBeMoved Deployment ${BY_HAND}/cart: no Deployment ${BY_HAND}/cart is among the original manifests`,
    ]);

    writeFileSync(path.join(folderOf(bench, 'nothing'), 'chart.yaml'), 'replicas: 2');
    expect(await findingsOf(bench, FORGETFUL)).toEqual([
      'ManifestUnreadable chart.yaml: expected to be a Kubernetes object',
      `WorkloadCannotBeMoved Deployment ${BY_HAND}/cart: the original manifests cannot be read`,
    ]);

    writeFileSync(originalFile(bench), JSON.stringify(rendered));
    expect(await findingsOf(bench, 'demo')).toEqual([
      `WorkloadCannotBeMoved Deployment ${BY_HAND}/cart: it was rendered by an injection and is not the original`,
    ]);

    writeFileSync(originalFile(bench), JSON.stringify(ORIGINAL));
    expect(await findingsOf(bench, 'demo')).toEqual([]);
    await patchCart(bench, {
      spec: { template: { spec: { priority: null, nodeSelector: { disk: 'ssd' } } } },
    });
    expect(await findingsOf(bench, 'demo')).toEqual([
      `LiveEditWouldBeLost Deployment ${BY_HAND}/cart: spec.nodeSelector`,
    ]);
  },
  RUN_TIMEOUT_MS,
);

it(
  'an original that is changed while a run is under way is not used',
  async () => {
    await place();
    const before = await calmState(bench);

    const handle = await start('demo');
    await untilStep(handle, 'control-plane', ['begun', 'done']);
    writeFileSync(
      originalFile(bench),
      JSON.stringify({ ...ORIGINAL, spec: { ...ORIGINAL.spec, x: 1 } }),
    );
    const report = await resultOf(handle);

    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true });
    expect(report.cause).toContain('its original manifest');
    expect(report.cause).toContain('was changed since the plan was made');
    await expectRestored(bench, before);
  },
  RUN_TIMEOUT_MS,
);

it(
  'by grace period workloads are restarted without an annotation, and get their own back',
  async () => {
    const changes = Object.entries({ catalog: 45, checkout: 31, promotions: 30 }).map(
      ([name, seconds]) =>
        patch(`Deployment shop/${name}`, {
          spec: { template: { spec: { terminationGracePeriodSeconds: seconds } } },
        }),
    );
    takeBack.push(await carryOut(bench.kubernetes, changes));
    await untilSettled(bench.kubernetes, changes);
    const before = await calmState(bench);

    const handle = await start(GRACEFUL);
    await untilGate(handle);

    expect(meshedPods(await project(bench.kubernetes))).toEqual(podsOn(NEW_REVISION));
    expect(await graceOf('shop')).toEqual({
      catalog: 46,
      checkout: 30,
      promotions: 31,
      // Of the samples.
      storefront: 6,
    });
    expect(JSON.stringify(await list(bench.kubernetes, DEPLOYMENTS))).not.toContain(
      'meshlift.dev/restart',
    );
    await handle.signal('rollback', { reason: 'enough' });
    const report = await resultOf(handle);
    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true });
    expect(report.findings.map(({ code }) => code)).toContain('GracePeriodGrows');
    await expectRestored(bench, before);
  },
  RUN_TIMEOUT_MS,
);

it(
  'a mesh with a workload that was injected by hand is upgraded to the end',
  async () => {
    await place();
    await calmState(bench);
    isUpgraded = true;

    const handle = await start('demo');
    await untilGate(handle);
    await handle.signal('approve', {});

    expect(await resultOf(handle)).toMatchObject({ outcome: 'Succeeded' });
    expect(await proxiesOfCart(bench)).toEqual(
      Array(2).fill([`docker.io/istio/proxyv2:${TARGET}`]),
    );
  },
  RUN_TIMEOUT_MS,
);

const DEPLOYMENTS = '/apis/apps/v1/deployments';
async function graceOf(namespace: string): Promise<Readonly<Record<string, number>>> {
  const found = await list(bench.kubernetes, `/apis/apps/v1/namespaces/${namespace}/deployments`);
  return Object.fromEntries(
    found.map(({ metadata, ...object }) => {
      const { template } = object['spec'] as {
        template: { spec: { terminationGracePeriodSeconds: number } };
      };
      return [metadata.name, template.spec.terminationGracePeriodSeconds];
    }),
  );
}

async function start(cluster: string): Promise<Handle> {
  return bench.temporal.workflow.start('upgradeMesh', {
    workflowId: `mesh/${cluster}`,
    taskQueue: TASK_QUEUE,
    args: [{ cluster, target: TARGET }],
  });
}

/** Puts the cart there until the end of the test. */
async function place(options: Parameters<typeof placeCart>[1] = {}): Promise<object> {
  const placed = await placeCart(bench, options);
  takeBack.push(placed.takeBack);
  return placed.rendered;
}
