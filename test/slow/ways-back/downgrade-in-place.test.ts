import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../e2e/support/bench.ts';
import { calmState, expectRestored } from '../../e2e/support/mesh.ts';
import type { Projection } from '../../e2e/support/projection.ts';
import { TARGET } from '../../e2e/support/runs.ts';
import { printFigure } from '../../support/print-figure.ts';
import { writeQuickConfig } from './support/quick-config.ts';
import { installSmallMesh, versionsOf } from './support/small-mesh.ts';
import { startStrikingWorker, type StrikingWorker } from './support/striking-worker.ts';
import { runToEnd } from './support/struck-run.ts';

const RUN_TIMEOUT_MS = 300_000;
const LOWER = '1.25.1';

let bench: Bench;
let worker: StrikingWorker;
let before: Projection;

beforeAll(async () => {
  bench = await openBench('down-in-place', { bare: true });
  before = await installSmallMesh(bench, { version: LOWER, revision: 'default' });
  worker = await startStrikingWorker(bench, writeQuickConfig(bench));
}, SETUP_TIMEOUT_MS);

afterAll(async () => {
  await worker.close();
  await bench.close();
}, RUN_TIMEOUT_MS);

it(
  'a finished upgrade in place is taken back to every value it had',
  async () => {
    await upgraded();

    const { report, seconds } = await runToEnd(bench, { type: 'rollbackMesh', request: {} });

    expect(report).toMatchObject({
      outcome: 'Succeeded',
      restored: true,
      differences: [],
      remaining: [],
    });
    await calmState(bench);
    expect(await versionsOf(bench)).toEqual([LOWER]);
    await expectRestored(bench, before);
    printFigure(
      'differences after a finished upgrade in place was taken back',
      report.differences.length,
    );
    printFigure('seconds of a finished upgrade in place back', seconds.toFixed(1));
  },
  RUN_TIMEOUT_MS,
);

it(
  'a mesh goes down a minor in place, and keeps its CRDs and its Services',
  async () => {
    await upgraded();
    const identities = await identitiesOf();
    expect(identities.filter((name) => name.startsWith('crd '))).toHaveLength(14);

    const { report, seconds } = await runToEnd(bench, {
      type: 'downgradeMesh',
      request: { target: LOWER, strategy: 'in-place' },
    });

    expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect(report).toMatchObject({
      outcome: 'Succeeded',
      type: 'downgradeMesh',
      differences: [],
      remaining: [],
    });
    await calmState(bench);
    expect(await versionsOf(bench)).toEqual([LOWER]);
    expect(await identitiesOf()).toEqual(identities);
    printFigure('versions after 1.26.1 to 1.25.1 in place', (await versionsOf(bench)).join());
    printFigure('seconds of 1.26.1 to 1.25.1 in place', seconds.toFixed(1));
  },
  RUN_TIMEOUT_MS,
);

async function upgraded(): Promise<void> {
  const { report } = await runToEnd(bench, { request: { target: TARGET, strategy: 'in-place' } });
  expect(report).toMatchObject({ outcome: 'Succeeded', remaining: [] });
  await calmState(bench);
  expect(await versionsOf(bench)).toEqual([TARGET]);
}

interface Identified {
  readonly metadata: { readonly name: string; readonly uid: string; readonly generation?: number };
}

/** CRDs with their generation, which a write would raise, and Services with their uid. */
async function identitiesOf(): Promise<readonly string[]> {
  const [crds, services] = await Promise.all(
    [
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      '/api/v1/namespaces/istio-system/services',
    ].map(
      async (path) => (await bench.kubernetes.get<{ items: readonly Identified[] }>(path)).items,
    ),
  );
  return [
    ...(crds ?? [])
      .filter(({ metadata }) => metadata.name.endsWith('.istio.io'))
      .map(({ metadata }) => `crd ${metadata.name} ${metadata.uid} ${metadata.generation}`),
    ...(services ?? []).map(({ metadata }) => `service ${metadata.name} ${metadata.uid}`),
  ].toSorted();
}
