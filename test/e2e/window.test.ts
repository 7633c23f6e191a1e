import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { readJson, runMeshlift } from '../cli/support/run-meshlift.ts';
import { restartsOf } from './support/audit-log.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import { eventually, neverWithin } from './support/eventually.ts';
import { calmState, expectRestored, MESHED_WORKLOADS } from './support/mesh.ts';
import type { Projection } from './support/projection.ts';
import {
  resultOf,
  startRun,
  untilGate,
  untilProgress,
  untilStep,
  type Handle,
} from './support/runs.ts';

const RUN_TIMEOUT_MS = 420_000;
/** A freeze, and a window that is taken away, hold by then: the answer of a look is good for a second. */
const AT_ONCE_MS = 2_000;
const MINUTE_MS = 60_000;

let bench: Bench;
let before: Projection;
let written = '';

beforeAll(async () => {
  bench = await openBench('windows');
  before = await calmState(bench);
  written = readFileSync(bench.configFile, 'utf8');
  // There when the worker begins; opened and closed by what each test writes.
  writeFileSync(bench.configFile, withWindow(-10 * MINUTE_MS, 60));
  bench.startWorker();
}, SETUP_TIMEOUT_MS);

afterEach(async () => {
  writeFileSync(bench.configFile, withWindow(-10 * MINUTE_MS, 60));
  await expectRestored(bench, before);
}, RUN_TIMEOUT_MS);
afterAll(() => bench.close(), RUN_TIMEOUT_MS);

/** The bench's configuration, whose clusters' waves need a window that begins so many ms from now. */
function withWindow(fromNowMs: number, minutes: number): string {
  const start = new Date(Date.now() + fromNowMs).toISOString().slice(11, 16);
  const config = parse(written) as {
    readonly policies: Readonly<Record<string, object>>;
  };
  const windows = { now: { daily: {}, start, duration: `${minutes}m` } };
  const policies = Object.fromEntries(
    Object.entries(config.policies).map(([name, policy]) => [
      name,
      { ...policy, windows: { dataPlane: ['now'] } },
    ]),
  );
  return stringify({ ...config, windows, policies });
}

function restarted(mark: ReturnType<Bench['audit']['mark']>): number {
  return restartsOf(bench.audit.since(mark)).length;
}

async function amidWave(handle: Handle, mark: ReturnType<Bench['audit']['mark']>): Promise<void> {
  await untilStep(handle, 'wave-2', ['begun']);
  const atFirst = restarted(mark);
  await eventually(() => restarted(mark) > atFirst, {
    what: 'the second wave restarts workloads',
    everyMs: 50,
  });
}

async function untilParked(handle: Handle): Promise<string> {
  const { waitingFor = '' } = await untilProgress(
    handle,
    'it waits for its window',
    ({ phase }) => phase === 'WaitingForWindow',
  );
  return waitingFor;
}

async function takeBack(handle: Handle): Promise<void> {
  await untilGate(handle);
  await handle.executeUpdate('reject', { args: [{ by: 'ana', reason: 'seen enough' }] });
  expect(await resultOf(handle)).toMatchObject({ outcome: 'RolledBack', restored: true });
}

it(
  'a window that closes in the middle of a wave parks it, and it goes on when it opens again',
  async () => {
    const mark = bench.audit.mark();
    const handle = await startRun(bench, 'narrow');
    await amidWave(handle, mark);

    const opensMs = 2 * MINUTE_MS;
    writeFileSync(bench.configFile, withWindow(opensMs, 30));
    const closedAt = Date.now();
    const waitingFor = await untilParked(handle);
    await neverWithin(AT_ONCE_MS, () => false);
    const parked = restarted(mark);
    await neverWithin(10_000, () => restarted(mark) > parked);
    await takeBack(handle);

    expect(waitingFor).toMatch(/^no window is open \(now: every day at .*\); opens at /);
    expect(parked).toBeLessThan(MESHED_WORKLOADS.length);
    const requests = restartsOf(bench.audit.since(mark));
    expect(requests.length).toBeGreaterThanOrEqual(MESHED_WORKLOADS.length);
    expect(Date.now() - closedAt).toBeGreaterThan(opensMs - MINUTE_MS);
  },
  RUN_TIMEOUT_MS,
);

it(
  'a freeze that is added while a run is under way holds it; it goes on when the freeze is removed',
  async () => {
    const mark = bench.audit.mark();
    const handle = await startRun(bench, 'narrow');
    await amidWave(handle, mark);

    const say = ['--until', '1h', '--reason', 'incident 12', '--by', 'ana', '--output', 'json'];
    const added = await runMeshlift(['freeze', 'add', 'narrow', 'incident-12', ...say], {
      env: bench.env,
    });
    const waitingFor = await untilParked(handle);
    const parked = restarted(mark);
    await neverWithin(10_000, () => restarted(mark) > parked);
    const removed = await runMeshlift(
      ['freeze', 'remove', 'narrow', 'incident-12', '--output', 'json'],
      { env: bench.env },
    );
    await takeBack(handle);

    expect({ code: added.code, ...readJson(added) }).toMatchObject({
      code: 0,
      kind: 'freezes',
      freezes: [{ name: 'incident-12', state: 'now', by: 'ana', reason: 'incident 12' }],
    });
    expect(waitingFor).toMatch(/^freeze "incident-12" by ana until .*: incident 12; opens at /);
    expect(parked).toBeLessThan(MESHED_WORKLOADS.length);
    expect({ code: removed.code, ...readJson(removed) }).toMatchObject({ code: 0, freezes: [] });
  },
  RUN_TIMEOUT_MS,
);
