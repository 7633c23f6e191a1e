import { beforeEach, describe, expect, it } from '@jest/globals';
import { writeJournal } from '../../src/activities/record/step-journal.ts';
import type { Proof } from '../../src/activities/snapshot/prove-restored.ts';
import { takeSnapshot } from '../../src/activities/snapshot/take-snapshot.ts';
import type { Change } from '../../src/domain/journal/change.ts';
import type { WorkloadRef } from '../../src/domain/mesh/observed-mesh.ts';
import type { Difference } from '../../src/domain/report.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { configMap, namespaceObject } from '../support/kubernetes-objects.ts';
import { NEW, OLD, placePod, placeWorkload, rollOut } from '../support/placed-mesh.ts';
import { useQuickTime } from '../support/quick-time.ts';
import { accessTo, problemOf, recordIn, RUN, samplePlan, waveStep } from '../support/sample-run.ts';
import { INSTALL } from '../support/sample-steps.ts';

const time = useQuickTime();
const { proveRestored } = await import('../../src/activities/snapshot/prove-restored.ts');

const SHOP = { apiVersion: 'v1', kind: 'Namespace', name: 'shop' };

let cluster: FakeKubernetes;
let cart: WorkloadRef;
beforeEach(() => {
  cluster = createFakeKubernetes();
  cluster.place(namespaceObject('shop', { 'istio.io/rev': OLD, team: 'a' }));
  cart = placeWorkload(cluster, 'cart');
  time.meanwhile(() => undefined);
});

/** A run that took its snapshot, and then moved `shop`, restarted `cart` and made a ConfigMap. */
async function taken(): Promise<void> {
  await recordIn(cluster).put('plan', samplePlan([INSTALL, waveStep([cart])]));
  await takeSnapshot(accessTo(cluster), RUN);
  const labels: Change = {
    kind: 'labels',
    ref: SHOP,
    uid: (await cluster.get(SHOP))?.metadata.uid ?? '',
    prior: { 'istio.io/rev': OLD },
    applied: { 'istio.io/rev': NEW },
  };
  const ref = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'shop', name: 'cart' };
  const created = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: RUN.meshNamespace,
    name: 'new',
  };
  await journal('control-plane', { kind: 'create', ref: created });
  await journal('wave-1', labels);
  await journal('wave-1-restart', {
    kind: 'restart',
    ref,
    uid: cart.uid,
    prior: null,
    applied: 'token',
  });
}

async function journal(step: string, change: Change): Promise<void> {
  await writeJournal(recordIn(cluster), step, 'undone', [change]);
}

function prove(foreign: readonly Difference[] = []): Promise<Proof> {
  return proveRestored(accessTo(cluster), RUN, foreign);
}

/** Sets labels of `shop`. */
function label(labels: Readonly<Record<string, string | null>>): Promise<unknown> {
  return cluster.mergePatch(SHOP, { metadata: { labels } });
}

function setToken(token: string | null): Promise<unknown> {
  const annotations = { 'meshlift.dev/restart': token };
  const patch = { spec: { template: { metadata: { annotations } } } };
  return cluster.mergePatch({ apiVersion: 'apps/v1', ...cart }, patch);
}

describe('a mesh after everything was taken back', () => {
  it('is restored when it is as the snapshot has it', async () => {
    await taken();

    expect(await prove()).toEqual({ restored: true, ours: [], differences: [] });

    expect(time.waits).toBe(0);
  });

  it.each<readonly [string, string, () => unknown]>([
    [
      'a label that it moved',
      'Namespace shop labels.istio.io/rev',
      () => label({ 'istio.io/rev': NEW }),
    ],
    ['its restart token', 'StatefulSet shop/cart restart token', () => setToken('token')],
    ['its proxies', 'StatefulSet shop/cart revisions', () => rollOut(cluster, cart)],
    [
      'a pod that did not come back',
      'StatefulSet shop/cart missing pods',
      () => placePod(cluster, cart, 1, { revision: OLD, ready: false }),
    ],
    [
      'an object that it made',
      'ConfigMap istio-system/new data',
      () => cluster.place(configMap('new', {})),
    ],
  ])('is not restored while there is %s', async (_what, path, leave) => {
    await taken();
    await leave();

    const proof = await prove();

    expect(proof.restored).toBe(false);
    expect(proof.ours.map((difference) => difference.path)).toEqual([path]);
  });

  it('is looked at for a minute before it counts as not restored', async () => {
    await taken();
    const begun = Date.now();
    await label({ 'istio.io/rev': NEW });

    expect(await prove()).toMatchObject({ restored: false });

    expect(Date.now() - begun).toBeGreaterThan(60_000);
  });

  it('is restored as soon as the controllers are through', async () => {
    await taken();
    rollOut(cluster, cart);
    time.meanwhile(() => rollOut(cluster, cart, 2, OLD));

    expect(await prove()).toMatchObject({ restored: true, differences: [] });

    expect(time.waits).toBe(1);
  });
});

describe('a mesh that others changed meanwhile', () => {
  it.each<readonly [string, string, () => unknown]>([
    ['another label', 'Namespace shop labels.team', () => label({ team: 'b' })],
    [
      'another namespace',
      'Namespace orders labels.a',
      () => cluster.place(namespaceObject('orders', { a: 'b' })),
    ],
    [
      'another object',
      'ConfigMap istio-system/theirs data',
      () => cluster.place(configMap('theirs', {})),
    ],
    [
      'a workload of its own',
      'StatefulSet shop/late pod template',
      () => placeWorkload(cluster, 'late', { revision: null }),
    ],
  ])('is restored all the same, and %s is listed', async (_what, path, change) => {
    await taken();
    await change();

    const proof = await prove();

    expect(proof).toMatchObject({ restored: true, ours: [] });
    expect(proof.differences.map((difference) => difference.path)).toEqual([path]);
    expect(time.waits).toBe(0);
  });

  it('is restored where the undo met their value, which is listed', async () => {
    await taken();
    await label({ 'istio.io/rev': 'mine' });
    expect(await prove()).toMatchObject({ restored: false });

    const foreign = { path: 'Namespace shop labels', expected: OLD, found: 'mine' };
    const proof = await prove([foreign]);

    expect(proof).toMatchObject({ restored: true, ours: [] });
    expect(proof.differences.map(({ path }) => path)).toEqual([
      'Namespace shop labels.istio.io/rev',
    ]);
  });

  it("is restored without a word about the locks by which istiod's replicas choose a leader", async () => {
    await taken();
    const annotations = { 'control-plane.alpha.kubernetes.io/leader': '{}' };
    cluster.place(configMap('istio-leader', {}, { metadata: { annotations } }));

    expect(await prove()).toEqual({ restored: true, ours: [], differences: [] });
  });

  it('cannot be told to be restored without a snapshot', async () => {
    await recordIn(cluster).put('plan', samplePlan([]));

    expect(await problemOf(prove())).toMatch(/^RecordUnreadable: .*no snapshot/);
  });
});

describe('a snapshot', () => {
  it('is taken once: a late attempt does not record a changed mesh', async () => {
    await taken();
    await label({ 'istio.io/rev': NEW });

    await takeSnapshot(accessTo(cluster), RUN);

    expect(await prove()).toMatchObject({ restored: false });
  });
});
