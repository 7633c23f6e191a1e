import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { readJson, runMeshlift } from '../cli/support/run-meshlift.ts';
import { restartsOf } from './support/audit-log.ts';
import { temporal, temporalJson } from './support/commands.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import { eventually, neverWithin } from './support/eventually.ts';
import { calmState, expectRestored, MESHED_WORKLOADS } from './support/mesh.ts';
import type { Projection } from './support/projection.ts';
import { rolledOut, rolloutsOf } from './support/rollouts.ts';
import {
  NEW_REVISION,
  progressOf,
  resultOf,
  startRun,
  TARGET,
  untilGate,
  untilProgress,
  untilStep,
  type Handle,
} from './support/runs.ts';
import { stillRunning, type ChildProcessInfo } from './support/worker-process.ts';

const RUN_TIMEOUT_MS = 240_000;
/** Workloads of the first two waves. */
const SEARCH_AND_SHOP = 9;
const MESH = '/api/v1/namespaces/istio-system';
/** The first and the last object of an install. */
const FIRST_INSTALLED = `${MESH}/serviceaccounts/istiod-${NEW_REVISION}`;
const LAST_INSTALLED = `/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/istio-sidecar-injector-${NEW_REVISION}`;
/** What is asked of a run amid a wave takes effect by then. */
const AT_ONCE_MS = 1_000;
/** Of what `restartsOf` tells. */
const EACH_FORTH_AND_BACK = [...MESHED_WORKLOADS, ...MESHED_WORKLOADS].toSorted();

let bench: Bench;
let before: Projection;

beforeAll(async () => {
  bench = await openBench('interruptions');
  before = await calmState(bench);
  bench.startWorker();
}, SETUP_TIMEOUT_MS);

afterEach(() => expectRestored(bench, before), RUN_TIMEOUT_MS);
afterAll(() => bench.close(), RUN_TIMEOUT_MS);

it(
  'a worker killed with SIGKILL leaves no istioctl behind; the next brings a half-made install to the gate',
  async () => {
    const handle = await startRun(bench);
    await killWhileIstioctlRuns();
    bench.startWorker();
    await eventually(() => bench.kubernetes.find(FIRST_INSTALLED), {
      what: 'the install has begun',
      everyMs: 10,
    });
    await bench.worker().kill9();
    expect(await bench.kubernetes.find(LAST_INSTALLED)).toBeUndefined();
    bench.startWorker();

    const { planDigest } = await untilGate(handle);
    const say = ['--reason', 'red dashboards', '--by', 'ana'];
    const args = ['reject', 'demo', '--yes', ...say, '--output', 'json'];
    const rejected = await runMeshlift(args, { env: bench.env });
    const report = await resultOf(handle);

    expect({ code: rejected.code, ...readJson(rejected) }).toEqual({
      code: 0,
      kind: 'message',
      message: 'reject',
      via: 'update',
      workflowId: 'mesh/demo',
      body: { gate: 'complete', planDigest, reason: 'red dashboards', by: 'ana' },
      answer: 'gate complete rejected by ana: red dashboards',
    });
    expect(report).toMatchObject({
      outcome: 'RolledBack',
      cause: 'gate-complete: gate complete was rejected by ana: red dashboards',
      restored: true,
      differences: [],
      remaining: [],
    });
  },
  RUN_TIMEOUT_MS,
);

it(
  'a worker killed amid a wave restarts no workload twice; a gate at which nobody decides takes all back',
  async () => {
    const mark = bench.audit.mark();
    const handle = await startRun(bench, 'expiring');
    await untilStep(handle, 'wave-3', ['begun']);
    await eventually(() => inNamespaces(mark, ['accounts', 'payments']).length > 0, {
      what: 'the last wave restarts workloads',
      everyMs: 50,
    });
    await bench.worker().kill9();
    expect(restartsOf(bench.audit.since(mark)).length).toBeLessThan(MESHED_WORKLOADS.length);
    bench.startWorker();

    const report = await resultOf(handle);

    expect(report).toMatchObject({
      outcome: 'RolledBack',
      cause: expect.stringMatching(
        /^gate-complete: gate complete expired at .* without a decision$/,
      ),
      restored: true,
      differences: [],
      remaining: [],
    });
    const requests = bench.audit.since(mark);
    expect(restartsOf(requests).toSorted()).toEqual(EACH_FORTH_AND_BACK);
    expect(rolloutsOf(requests)).toEqual(rolledOut(2));
  },
  RUN_TIMEOUT_MS,
);

it(
  'a paused run restarts nothing until it is resumed, and a rollback amid a wave takes all back',
  async () => {
    const mark = bench.audit.mark();
    const args = ['start', 'narrow', '--target', TARGET, '--wait', '--output', 'json'];
    await bench.untilPolled();
    const followed = runMeshlift(args, { env: bench.env });
    const handle = bench.temporal.workflow.getHandle('mesh/narrow');
    await untilStep(handle, 'wave-2', ['begun']);
    await eventually(() => inNamespaces(mark, ['shop']).length > 0, {
      what: 'the second wave restarts workloads',
      everyMs: 50,
    });

    await pauseAmidWave(handle, mark);
    await handle.executeUpdate('resume', { args: [{}] });
    await eventually(() => inNamespaces(mark, ['accounts', 'payments']).length > 0, {
      what: 'the last wave restarts workloads',
      everyMs: 50,
    });
    const askedAt = Date.now();
    await handle.signal('rollback', { reason: 'errors in checkout' });
    const { code, stdout } = await followed;

    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({
      report: {
        outcome: 'RolledBack',
        cause: 'rollback was asked for: errors in checkout',
        restored: true,
        differences: [],
      },
    });
    expect(counted(restartsOf(bench.audit.since(mark)))).toEqual(
      expect.not.arrayContaining([expect.stringMatching(/: [^2]$/)]),
    );
    expect(lastBegunAfter(askedAt, mark)).toBeLessThan(AT_ONCE_MS);
  },
  RUN_TIMEOUT_MS,
);

it(
  'a run cancelled with the plain `temporal` command takes all back before it closes as cancelled',
  async () => {
    const mark = bench.audit.mark();
    const handle = await startRun(bench, 'narrow');
    await untilStep(handle, 'wave-1', ['begun']);
    await eventually(() => restartsOf(bench.audit.since(mark)).length > 0, {
      what: 'the first wave restarts workloads',
      everyMs: 50,
    });

    await temporal(bench, 'workflow', 'cancel', '--workflow-id', 'mesh/narrow');
    const askedAt = Date.now();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });

    expect((await handle.describe()).status.name).toBe('CANCELLED');
    expect(await handle.query('getReport')).toMatchObject({
      outcome: 'Cancelled',
      cause: 'the run was cancelled in Temporal',
      restored: true,
      differences: [],
      remaining: [],
    });
    expect(lastBegunAfter(askedAt, mark)).toBeLessThan(AT_ONCE_MS);
  },
  RUN_TIMEOUT_MS,
);

/** Last: from then on runs go to versioned workers only. */
it(
  'a new build gets runs once the command that its worker names was given; an open run stays on its own build',
  async () => {
    await bench.worker().stop();
    bench.startWorker({ MESHLIFT_BUILD_ID: 'b1' });
    await makeCurrent('b1', 'none');
    const open = await startRun(bench, 'asking');
    await untilGate(open);
    bench.startWorker({ MESHLIFT_BUILD_ID: 'b2' });
    await makeCurrent('b2', 'b1');

    const next = await startRun(bench, 'demo', '1.25.0');
    expect(await resultOf(next)).toMatchObject({ outcome: 'Blocked' });
    await open.executeUpdate('reject', { args: [{}] });
    expect(await resultOf(open)).toMatchObject({ outcome: 'RolledBack' });

    expect(await versioningOf(next)).toMatchObject(pinnedTo('b2'));
    expect(await versioningOf(open)).toMatchObject(pinnedTo('b1'));
  },
  RUN_TIMEOUT_MS,
);

/** Gives the command that the worker of this build names, as an operator would who reads its log. */
async function makeCurrent(build: string, current: string): Promise<void> {
  const words = `build ${build} of deployment meshlift gets no new runs while ${current} is current; run: temporal `;
  const command = await eventually(() => bench.workerLog().split(words)[1]?.split('\n')[0], {
    what: `the worker of build ${build} says how to make it current`,
  });
  // The server knows a build from its first poll on.
  await eventually(async () => temporal(bench, ...command.split(' ')), { what: command });
}

async function versioningOf({ workflowId }: Handle): Promise<unknown> {
  const { workflowExecutionInfo } = await temporalJson<{
    readonly workflowExecutionInfo: { readonly versioningInfo?: unknown };
  }>(bench, 'workflow', 'describe', '--workflow-id', workflowId);
  return workflowExecutionInfo.versioningInfo;
}

function pinnedTo(buildId: string): object {
  return {
    behavior: 'VERSIONING_BEHAVIOR_PINNED',
    deploymentVersion: { deploymentName: 'meshlift', buildId },
  };
}

/** The kernel, or a watchdog, ends what a killed worker had started. */
async function killWhileIstioctlRuns(): Promise<void> {
  const running = (): readonly ChildProcessInfo[] => bench.worker().children().filter(isIstioctl);
  await eventually(() => running().length > 0, { what: 'istioctl runs', everyMs: 20 });
  const istioctl = running();
  await bench.worker().kill9();
  await eventually(() => stillRunning(istioctl).length === 0, {
    what: 'istioctl has died with its worker',
    withinMs: 5_000,
  });
}

/** From a second after the pause was asked for, no pod template changes any more. */
async function pauseAmidWave(handle: Handle, mark: number): Promise<void> {
  const askedAt = Date.now();
  await handle.executeUpdate('pause', { args: [{ reason: 'incident 4711' }] });
  const paused = restartsOf(bench.audit.since(mark));
  expect(paused.length).toBeLessThan(SEARCH_AND_SHOP);
  await untilProgress(handle, 'the run holds', ({ phase }) => phase === 'Paused');
  await calmState(bench);
  await neverWithin(4_000, () => restartsOf(bench.audit.since(mark)).length > paused.length);
  expect(lastBegunAfter(askedAt, mark)).toBeLessThan(AT_ONCE_MS);
  expect(await progressOf(handle)).toMatchObject({
    phase: 'Paused',
    pausedBecause: 'incident 4711',
  });
}

/**
 * How long after this moment (ms) the last workload was restarted for the first time, by the API server's
 * clock, which is ours; the second time is its undo. 0 where none was.
 */
function lastBegunAfter(askedAt: number, mark: number): number {
  const seen = new Set<string>();
  let last = askedAt;
  for (const request of bench.audit.since(mark)) {
    const [workload] = restartsOf([request]);
    if (workload === undefined || seen.has(workload)) continue;
    seen.add(workload);
    last = Math.max(last, Date.parse(request.requestReceivedTimestamp));
  }
  expect(seen.size).toBeGreaterThan(0);
  return last - askedAt;
}

function isIstioctl({ command }: { readonly command: string }): boolean {
  return command.includes('/istioctl ');
}

function inNamespaces(mark: number, namespaces: readonly string[]): readonly string[] {
  return restartsOf(bench.audit.since(mark)).filter((workload) =>
    namespaces.includes(workload.split('/')[0] ?? ''),
  );
}

/** `shop/carts: 2` for each that occurs. */
function counted(names: readonly string[]): readonly string[] {
  const counts = Map.groupBy(names, (name) => name);
  return [...counts].map(([name, all]) => `${name}: ${all.length}`).toSorted();
}
