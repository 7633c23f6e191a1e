import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { holdBack, readStandIns } from '../../../rig/ads-stand-in/start.ts';
import { patch } from '../../e2e/scenarios/scenario.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../e2e/support/bench.ts';
import { carryOut, type TakeBack } from '../../e2e/support/carry-out.ts';
import { connectedProxies, injectedPods } from '../../e2e/support/connected-proxies.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { calmState, expectRestored } from '../../e2e/support/mesh.ts';
import type { Projection } from '../../e2e/support/projection.ts';
import {
  NEW_REVISION,
  resultOf,
  startRun,
  untilGate,
  untilStep,
  type ReportView,
} from '../../e2e/support/runs.ts';

const RUN_TIMEOUT_MS = 240_000;

let bench: Bench;
let calm: Projection;
let takeBack: TakeBack | undefined;

beforeAll(async () => {
  bench = await openBench('census', { standInProxies: true });
  calm = await calmState(bench);
  bench.startWorker();
}, SETUP_TIMEOUT_MS);

afterEach(async () => {
  await takeBack?.();
  takeBack = undefined;
  await hold();
});

afterAll(() => bench.close(), RUN_TIMEOUT_MS);

/** Keeps the proxies of these workloads from istiod, and of no others. */
async function hold(...workloads: readonly string[]): Promise<void> {
  await holdBack(bench.endpoints.standInProxies ?? '', workloads);
}

/** Takes from meshlift both ways by which istiod can be asked. */
async function silence(): Promise<TakeBack> {
  const role = '/apis/rbac.authorization.k8s.io/v1/namespaces/istio-system/roles/meshlift-worker';
  const { rules } = await bench.kubernetes.get<{
    rules: readonly { readonly resources: readonly string[] }[];
  }>(role);
  const rest = rules.filter(
    ({ resources }) => !resources.some((one) => ['pods/proxy', 'pods/portforward'].includes(one)),
  );
  expect(rest).toHaveLength(rules.length - 2);
  return carryOut(bench.kubernetes, [patch('Role istio-system/meshlift-worker', { rules: rest })]);
}

function waves({
  waves: all,
}: ReportView): readonly NonNullable<ReportView['waves'][number]['census']>[] {
  return all.map(({ census }) => {
    if (census === undefined) throw new Error('a wave without a census');
    return census;
  });
}

it(
  'takes no workload for moved whose proxy does not connect, names it, and takes all back',
  async () => {
    await hold('shop/catalog');

    const report = await resultOf(await startRun(bench, 'asserting'));

    const { heldBack = 0 } = (await readStandIns(bench.endpoints.standInProxies ?? '')) ?? {};
    expect(heldBack).toBeGreaterThan(0);
    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true, differences: [] });
    expect(report.cause).toMatch(
      /^wave-\d: .*shop\/catalog: (\d+) of \1 pods: catalog-\S+ is not connected to an istiod of 1-26-1/,
    );
    await hold();
    await expectRestored(bench, calm);
  },
  RUN_TIMEOUT_MS,
);

it(
  'says what istiod does not tell, and goes on where the policy leaves it open',
  async () => {
    const handle = await startRun(bench, 'trusting');
    await untilStep(handle, 'control-plane', ['done']);
    takeBack = await silence();
    await untilGate(handle);
    const report = await handle.query<ReportView>('getReport');

    expect(report.waves.length).toBeGreaterThan(0);
    for (const { pods, census, remarks } of report.waves) {
      expect(census).toEqual({
        onTarget: pods,
        ready: pods,
        connected: 0,
        synced: 0,
        unknown: pods,
      });
      expect(remarks).toEqual([
        expect.stringMatching(/^not known of \d+ pods?: istiod \S+ does not/),
      ]);
    }
    await handle.executeUpdate('reject', { args: [{ reason: 'seen enough' }] });
    expect(await resultOf(handle)).toMatchObject({ outcome: 'RolledBack', restored: true });
  },
  RUN_TIMEOUT_MS,
);

it(
  'counts every moved pod as connected and synced where that is required',
  async () => {
    const handle = await startRun(bench, 'asserting');
    await untilGate(handle);
    await handle.executeUpdate('approve', { args: [{}] });
    const report = await resultOf(handle);

    expect(report).toMatchObject({ outcome: 'Succeeded', remaining: [] });
    const pods = (await injectedPods(bench.kubernetes)).filter(
      ({ revision }) => revision === NEW_REVISION,
    );
    const sum = (fact: 'onTarget' | 'ready' | 'connected' | 'synced'): number =>
      waves(report).reduce((all, census) => all + (census[fact] ?? 0), 0);
    expect([sum('onTarget'), sum('ready'), sum('connected'), sum('synced')]).toEqual(
      Array(4).fill(pods.length),
    );
    expect(pods.length).toBeGreaterThan(30);
    const verified = report.steps.find(({ id }) => id === 'verify-mesh')?.detail;
    expect(verified).toContain(
      `${pods.length} pods: ${pods.length} ready, ${pods.length} connected, ${pods.length} synced`,
    );
    // What istiod itself says, asked without meshlift.
    await eventually(
      async () => (await connectedProxies(bench.kubernetes)).length === pods.length,
      {
        what: 'istiod lists as many proxies',
      },
    );
  },
  RUN_TIMEOUT_MS,
);
