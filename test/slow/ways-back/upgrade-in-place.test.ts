import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../e2e/support/bench.ts';
import { calmState, expectRestored, lockOf, meshedPods, podsOn } from '../../e2e/support/mesh.ts';
import { list, type Projection } from '../../e2e/support/projection.ts';
import { printFigure } from '../../support/print-figure.ts';
import { resultOf, TARGET, TASK_QUEUE, untilGate, type Handle } from '../../e2e/support/runs.ts';

const RUN_TIMEOUT_MS = 240_000;
const UNREVISIONED = 'default';
/** With one replica each, which in place is to be accepted. */
const ALONE = [
  'accounts/notifications',
  'payments/refunds',
  'search/indexer',
  'shop/promotions',
].map((name) => ({
  code: 'WorkloadNotRedundant',
  subject: `Deployment ${name}`,
  reason: 'a test',
}));

let bench: Bench;
let before: Projection;

beforeAll(async () => {
  bench = await openBench('in-place', { unrevisioned: true });
  before = await calmState(bench);
  bench.startWorker();
  await bench.untilPolled();
}, SETUP_TIMEOUT_MS);

afterAll(() => bench.close(), RUN_TIMEOUT_MS);

it(
  'a mesh without a revision name goes up in place and, rejected at the gate, back to every value it had',
  async () => {
    expect(meshedPods(before)).toEqual(podsOn(UNREVISIONED));
    expect(await versionsOf()).toEqual(['1.25.1']);
    const handle = await start();

    const { steps } = await untilGate(handle);

    expect(await versionsOf()).toEqual([TARGET]);
    const verified = steps.find(({ id }) => id === 'verify-control-plane')?.detail;
    expect(verified).toContain('2 of 2 istiods of default serve 1.26.1');
    expect(verified).toContain('default has the root certificate that it had');
    expect(verified).toContain('uid, clusterIP and addresses of 1 Service are what they were');
    await handle.executeUpdate('reject', { args: [{ reason: 'a trial' }] });
    const report = await resultOf(handle);
    expect(report).toMatchObject({
      outcome: 'RolledBack',
      restored: true,
      differences: [],
      remaining: [],
    });
    expect(await versionsOf()).toEqual(['1.25.1']);
    await expectRestored(bench, before);
    printFigure('in place and back: differences', report.differences.length);
  },
  RUN_TIMEOUT_MS,
);

it(
  'goes up in place for good, with the same Services, tags and labels',
  async () => {
    const kept = Object.keys(before).filter((name) => /^(Namespace|Service) /.test(name));
    expect(kept.length).toBeGreaterThan(4);
    const handle = await start();
    await untilGate(handle);

    await handle.executeUpdate('approve', { args: [{}] });

    expect(await resultOf(handle)).toMatchObject({ outcome: 'Succeeded', remaining: [] });
    const after = await calmState(bench);
    expect(await versionsOf()).toEqual([TARGET]);
    expect(meshedPods(after)).toEqual(podsOn(UNREVISIONED));
    expect(kept.map((name) => [name, after[name]])).toEqual(
      kept.map((name) => [name, before[name]]),
    );
    expect(await lockOf(bench)).toBeUndefined();
    printFigure('in place: versions that istiods and proxies run', (await versionsOf()).join());
  },
  RUN_TIMEOUT_MS,
);

async function start(): Promise<Handle> {
  return bench.temporal.workflow.start('upgradeMesh', {
    workflowId: 'mesh/demo',
    taskQueue: TASK_QUEUE,
    args: [{ cluster: 'demo', target: TARGET, strategy: 'in-place', overrides: ALONE }],
  });
}

/** Every version of an istiod or proxy that a pod which stays runs. */
async function versionsOf(): Promise<readonly string[]> {
  const pods = await list(bench.kubernetes, '/api/v1/pods');
  const staying = pods.filter(({ metadata }) => !('deletionTimestamp' in metadata));
  const images = JSON.stringify(staying).matchAll(/istio\/(?:pilot|proxyv2):([\d.]+)/g);
  return [...new Set([...images].map(([, version = '']) => version))].toSorted();
}
