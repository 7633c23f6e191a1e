import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { patch, type Change } from './scenarios/scenario.ts';
import { isOurs, isWrite, restartsOf, type AuditedRequest } from './support/audit-log.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import { carryOut, type TakeBack } from './support/carry-out.ts';
import { calmState, expectRestored, meshedPods, podsOn, workloadOfPod } from './support/mesh.ts';
import { project, type Projection } from './support/projection.ts';
import { watchReadiness } from './support/readiness.ts';
import { NEW_REVISION, resultOf, startRun, untilGate } from './support/runs.ts';

const RUN_TIMEOUT_MS = 240_000;

const ON_DELETE = { updateStrategy: { type: 'OnDelete', rollingUpdate: null } };

/** Workloads that a new template would not replace, or of which it would take away too many at once. */
const CHANGES: readonly Change[] = [
  patch('Deployment shop/promotions', { spec: { paused: true } }),
  patch('StatefulSet shop/carts', { spec: ON_DELETE }),
  patch('StatefulSet payments/ledger', {
    spec: { updateStrategy: { rollingUpdate: { partition: 1 } } },
  }),
  patch('DaemonSet accounts/audit-agent', { spec: ON_DELETE }),
  patch('Deployment payments/fraud-check', {
    spec: { strategy: { type: 'Recreate', rollingUpdate: null } },
  }),
  // Its budget lets one go.
  patch('Deployment shop/storefront', {
    spec: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 2 } } },
  }),
];

/** How many pods each of them has, and how many of them have to be ready all along. */
const PODS = {
  'shop/promotions': { all: 1, ready: 0 },
  'shop/carts': { all: 2, ready: 1 },
  'payments/ledger': { all: 3, ready: 2 },
  'accounts/audit-agent': { all: 3, ready: 2 },
  'payments/fraud-check': { all: 2, ready: 1 },
  'shop/storefront': { all: 4, ready: 3 },
} as const;

let bench: Bench;
let calm: Projection;
let takeBack: TakeBack;

beforeAll(async () => {
  bench = await openBench('wave-methods');
  calm = await calmState(bench);
  bench.startWorker();
}, SETUP_TIMEOUT_MS);

beforeEach(async () => {
  takeBack = await carryOut(bench.kubernetes, CHANGES);
}, RUN_TIMEOUT_MS);

afterEach(async () => {
  await takeBack();
  await expectRestored(bench, calm);
}, RUN_TIMEOUT_MS);

afterAll(() => bench.close(), RUN_TIMEOUT_MS);

it(
  'workloads that a template would not replace within their budgets move pod by pod, and come back so',
  async () => {
    const before = await calmState(bench);
    const readiness = watchReadiness(bench.kubernetes, Object.keys(PODS));
    const mark = bench.audit.mark();

    const handle = await startRun(bench);
    await untilGate(handle);

    expect(meshedPods(await project(bench.kubernetes))).toEqual(podsOn(NEW_REVISION));
    const forward = bench.audit.since(mark);
    expect(evictionsOf(forward)).toEqual(countsOf(({ all }) => all));
    expect(restartsOf(forward).filter((name) => Object.hasOwn(PODS, name))).toEqual([]);

    await handle.signal('rollback', { reason: 'errors in checkout' });
    const report = await resultOf(handle);

    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true, differences: [] });
    await expectRestored(bench, before);
    const lows = await readiness.stop();
    const least = countsOf(({ ready }) => ready);
    expect(Object.entries(lows).filter(([name, low]) => low < (least[name] ?? 0))).toEqual([]);
    expect(lows['shop/storefront']).toBe(3);
  },
  RUN_TIMEOUT_MS,
);

function countsOf(
  pick: (pods: (typeof PODS)[keyof typeof PODS]) => number,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(PODS).map(([name, pods]) => [name, pick(pods)]));
}

/** Evictions by meshlift that the API server granted, by workload. */
function evictionsOf(requests: readonly AuditedRequest[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const request of requests) {
    const { objectRef } = request;
    if (!isOurs(request) || !isWrite(request) || objectRef?.subresource !== 'eviction') continue;
    const name = workloadOfPod(objectRef.namespace ?? '', objectRef.name ?? '') ?? 'nobody';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
