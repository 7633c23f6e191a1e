import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { copy, patch, type Change } from '../../e2e/scenarios/scenario.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../e2e/support/bench.ts';
import { carryOut, type TakeBack } from '../../e2e/support/carry-out.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { calmState, expectRestored, MESHED_WORKLOADS } from '../../e2e/support/mesh.ts';
import {
  list,
  project,
  revisionOf,
  type LiveObject,
  type Projection,
} from '../../e2e/support/projection.ts';
import {
  NEW_REVISION,
  OLD_REVISION,
  progressOf,
  resultOf,
  startRun,
  untilGate,
  untilStep,
  type Handle,
} from '../../e2e/support/runs.ts';
import { untilSettled } from '../../e2e/support/settled.ts';

const RUN_TIMEOUT_MS = 300_000;
const REV = 'istio.io/rev';

function podLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  return { spec: { template: { metadata: { labels } } } };
}

/** Pods of a namespace that selects nothing come into the mesh by labels of their own. */
const BY_LABEL: readonly Change[] = [
  patch('Deployment legacy/billing', podLabels({ [REV]: OLD_REVISION })),
  patch('StatefulSet legacy/archive', podLabels({ [REV]: OLD_REVISION })),
  patch('Deployment legacy/reports', podLabels({ 'sidecar.istio.io/inject': 'true' })),
  copy('Deployment legacy/reports', {
    name: 'statements',
    replacing: { reports: 'statements' },
    merge: podLabels({ [REV]: 'prod-stable', 'sidecar.istio.io/inject': 'true' }),
  }),
];
/** Once its pod has the proxy: from now on a new template replaces no pod. */
const ON_DELETE: readonly Change[] = [
  patch('StatefulSet legacy/archive', {
    spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null } },
  }),
];
const LABELLED = ['legacy/archive', 'legacy/billing', 'legacy/reports', 'legacy/statements'];
const ALL = [...MESHED_WORKLOADS, ...LABELLED];

let bench: Bench;
let calm: Projection;
let before: Projection;
let takeBack: readonly TakeBack[] = [];
let isUpgraded = false;

beforeAll(async () => {
  bench = await openBench('wave-moves');
  calm = await calmState(bench);
  bench.startWorker();
}, SETUP_TIMEOUT_MS);

beforeEach(async () => {
  takeBack = [];
  for (const changes of [BY_LABEL, ON_DELETE]) {
    takeBack = [await carryOut(bench.kubernetes, changes), ...takeBack];
    await untilSettled(bench.kubernetes, changes);
    before = await calmState(bench);
  }
  expect(await workloadsOn(OLD_REVISION)).toEqual(ALL.toSorted());
}, RUN_TIMEOUT_MS);

afterEach(async () => {
  // After an upgrade the labels of before name a revision that is gone; the rig goes as well.
  if (isUpgraded) return;
  for (const each of takeBack) await each();
  await expectRestored(bench, calm);
}, RUN_TIMEOUT_MS);

afterAll(() => bench.close(), RUN_TIMEOUT_MS);

/** `namespace/name` of every workload of which all pods run this revision. */
async function workloadsOn(revision: string): Promise<readonly string[]> {
  const state = await project(bench.kubernetes);
  return ALL.filter((name) => {
    const pods = Object.keys(state[`pods of ${name}`] ?? {});
    return pods.length > 0 && pods.every((each) => each.startsWith(`${revision},`));
  }).toSorted();
}

/** What runs the new revision at each soak of a wave, as what it has more than at the one before. */
async function movedByWave(handle: Handle): Promise<readonly (readonly string[])[]> {
  const soaks = (await progressOf(handle)).steps.filter(({ id }) => id.startsWith('soak-wave-'));
  const moved: (readonly string[])[] = [];
  for (const { id } of soaks) {
    await untilStep(handle, id, ['begun']);
    const now = await workloadsOn(NEW_REVISION);
    moved.push(now.filter((name) => !moved.flat().includes(name)));
  }
  return moved;
}

async function untilPlanned(handle: Handle): Promise<void> {
  await untilStep(handle, 'snapshot', ['begun', 'done']);
}

function inNamespaces(...names: readonly string[]): readonly string[] {
  return MESHED_WORKLOADS.filter((each) => names.includes(each.split('/')[0] ?? ''));
}

function without(names: readonly string[], ...gone: readonly string[]): readonly string[] {
  return names.filter((name) => !gone.includes(name));
}

/** The named ones first in their namespaces; by labels of pods alone, then with tags, the default last. */
const WAVES = [
  ['legacy/billing'],
  ['legacy/archive'],
  inNamespaces('search').toSorted(),
  ['shop/catalog'],
  without(inNamespaces('shop'), 'shop/catalog').toSorted(),
  ['payments/ledger'],
  [
    ...without(inNamespaces('payments', 'accounts'), 'payments/ledger'),
    'legacy/statements',
  ].toSorted(),
  ['legacy/reports'],
];
/** The wave that moves the namespace `shop` and restarts what is named of it. */
const FIRST_OF_SHOP = 'soak-wave-4';

async function podsOf(app: string): Promise<readonly LiveObject[]> {
  return list(bench.kubernetes, `/api/v1/namespaces/shop/pods?labelSelector=app%3D${app}`);
}

/** Somebody deletes a pod; gives the revision of the one that comes instead. */
async function replaceOne(app: string): Promise<string | undefined> {
  const pods = await podsOf(app);
  const known = new Set(pods.map(({ metadata }) => metadata.uid));
  await bench.person.delete(`/api/v1/namespaces/shop/pods/${pods[0]?.metadata.name ?? ''}`);
  const fresh = await eventually(
    async () => (await podsOf(app)).find(({ metadata }) => !known.has(metadata.uid)),
    { what: `a new pod of ${app}` },
  );
  return revisionOf(fresh);
}

it(
  'a first wave moves the named workloads alone; taken back before the rest began, nothing is left of it',
  async () => {
    const handle = await startRun(bench, 'choosing');
    await untilStep(handle, FIRST_OF_SHOP, ['begun']);

    expect(await workloadsOn(NEW_REVISION)).toEqual(WAVES.slice(0, 4).flat().toSorted());
    // The selectors have moved with the first: what the plan says of a pod that is made anew.
    expect(await replaceOne('storefront')).toBe(NEW_REVISION);
    await handle.signal('rollback', { reason: 'catalog answers slowly' });
    const report = await resultOf(handle);

    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true, differences: [] });
    await expectRestored(bench, before);
  },
  RUN_TIMEOUT_MS,
);

it(
  'waves move by labels of pods, by tags and by named workloads, and all of them come back',
  async () => {
    const handle = await startRun(bench, 'choosing');
    await untilPlanned(handle);

    expect(await movedByWave(handle)).toEqual(WAVES);
    await untilGate(handle);
    await handle.signal('rollback', { reason: 'errors in checkout' });
    const report = await resultOf(handle);

    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true, differences: [] });
    await expectRestored(bench, before);
  },
  RUN_TIMEOUT_MS,
);

it(
  'an upgrade ends with the labels of pods on the new revision, and those that name no revision as they were',
  async () => {
    const handle = await startRun(bench, 'choosing');
    await untilGate(handle);
    isUpgraded = true;
    await handle.executeUpdate('approve', { args: [{}] });

    expect(await resultOf(handle)).toMatchObject({ outcome: 'Succeeded' });
    expect(await workloadsOn(NEW_REVISION)).toEqual(ALL.toSorted());
    expect(await labelsOfTemplates()).toEqual({
      archive: NEW_REVISION,
      billing: NEW_REVISION,
      reports: undefined,
      statements: 'prod-stable',
    });
  },
  RUN_TIMEOUT_MS,
);

async function labelsOfTemplates(): Promise<Readonly<Record<string, string | undefined>>> {
  const lists = await Promise.all(
    ['deployments', 'statefulsets'].map((plural) =>
      list(bench.kubernetes, `/apis/apps/v1/namespaces/legacy/${plural}`),
    ),
  );
  return Object.fromEntries(
    lists.flat().map((workload) => {
      const { template } = workload['spec'] as { readonly template: LiveObject };
      return [workload.metadata.name, template.metadata.labels?.[REV]];
    }),
  );
}
