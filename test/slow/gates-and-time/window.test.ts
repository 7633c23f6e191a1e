import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { readJson, runMeshlift } from '../../cli/support/run-meshlift.ts';
import { printFigure } from '../../support/print-figure.ts';
import { receivedAt, restartsOf } from '../../e2e/support/audit-log.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../e2e/support/bench.ts';
import { eventually, neverWithin } from '../../e2e/support/eventually.ts';
import { calmState, expectRestored, MESHED_WORKLOADS } from '../../e2e/support/mesh.ts';
import type { Projection } from '../../e2e/support/projection.ts';
import {
  resultOf,
  startRun,
  untilGate,
  untilProgress,
  untilStep,
  type Handle,
  type ProgressView,
} from '../../e2e/support/runs.ts';

const RUN_TIMEOUT_MS = 420_000;
/** A freeze, and a window that is taken away, hold by then: the answer of a look is good for a second. */
const AT_ONCE_MS = 2_000;
const MINUTE_MS = 60_000;
/** A run that waits looks by itself once in that time. */
const LOOKS_EVERY_MS = MINUTE_MS;
const SCHEDULE = 'next-minute';
const FREEZE = 'incident-12';

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

async function amidWave(handle: Handle, mark: number): Promise<void> {
  await untilStep(handle, 'wave-2', ['begun']);
  const atFirst = restartTimes(mark).length;
  await eventually(() => restartTimes(mark).length > atFirst, {
    what: 'the second wave restarts workloads',
    everyMs: 50,
  });
}

async function untilParked(handle: Handle): Promise<ProgressView> {
  return untilProgress(
    handle,
    'it waits for its window',
    ({ phase }) => phase === 'WaitingForWindow',
  );
}

function stateOf({ steps }: ProgressView, id: string): string | undefined {
  return steps.find((step) => step.id === id)?.state;
}

/** When workloads were restarted, in order. */
function restartTimes(mark: number): readonly number[] {
  const restarts = bench.audit.since(mark).filter((each) => restartsOf([each]).length > 0);
  return restarts.map(receivedAt);
}

/**
 * Has the run look at its window amid a minute, and tells when it looks again by itself: what goes on as
 * the next minute begins does so because somebody said so.
 */
async function lookAmidMinute(handle: Handle): Promise<number> {
  await eventually(() => secondOfMinute() >= 20 && secondOfMinute() < 35, {
    what: 'a minute is well under way',
    everyMs: 500,
  });
  const looksAt = Date.now();
  await handle.signal('windowOpened', {});
  return looksAt + LOOKS_EVERY_MS;
}

function secondOfMinute(): number {
  return (Date.now() / 1000) % 60;
}

/** A window that opens as the next minute begins, and a Schedule of it: it is so short that it acts within 12 s. */
async function scheduleNextMinute(): Promise<number> {
  const opensAt = Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS;
  writeFileSync(bench.configFile, withWindow(opensAt - Date.now(), 2));
  await meshlift('schedule', 'create', 'narrow', '--window', 'now', '--name', SCHEDULE);
  return opensAt;
}

interface Action {
  readonly outcome: string;
  readonly scheduledAt: string;
}

async function actionOf(schedule: string): Promise<Action> {
  return eventually(
    async () => {
      const { actions } = await meshlift('schedule', 'show', schedule);
      const [newest] = actions as readonly Action[];
      return newest?.outcome === 'Running' ? undefined : newest;
    },
    { what: `${schedule} has acted`, everyMs: 1000 },
  );
}

async function meshlift(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const ran = await runMeshlift([...args, '--output', 'json'], { env: bench.env });
  if (ran.code !== 0) throw new Error(`${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
  return readJson(ran);
}

async function takeBack(handle: Handle): Promise<void> {
  await untilGate(handle);
  await handle.executeUpdate('reject', { args: [{ by: 'ana', reason: 'seen enough' }] });
  expect(await resultOf(handle)).toMatchObject({ outcome: 'RolledBack', restored: true });
}

it(
  'a window that closes in the middle of a wave parks it, and its Schedule lets it go on in the next one',
  async () => {
    const mark = bench.audit.mark();
    const handle = await startRun(bench, 'narrow');
    await amidWave(handle, mark);

    writeFileSync(bench.configFile, withWindow(3 * 60 * MINUTE_MS, 30));
    const waiting = await untilParked(handle);
    await neverWithin(AT_ONCE_MS, () => false);
    const parked = restartTimes(mark).length;
    const looksAgainAt = await lookAmidMinute(handle);
    await neverWithin(10_000, () => restartTimes(mark).length > parked);
    const opensAt = await scheduleNextMinute();
    const action = await actionOf(SCHEDULE);
    writeFileSync(bench.configFile, withWindow(-10 * MINUTE_MS, 60));
    const next = await eventually(() => restartTimes(mark)[parked], { what: 'the wave goes on' });
    await takeBack(handle);

    expect(waiting.waitingFor).toMatch(/^no window is open \(now: every day at .*\); opens at /);
    expect(stateOf(waiting, 'wave-2')).toBe('begun');
    expect(action).toMatchObject({ outcome: 'Resumed' });
    // By itself the run would have looked later.
    expect(next).toBeLessThan(looksAgainAt);
    const early = restartTimes(mark)
      .slice(parked)
      .filter((each) => each < opensAt);
    printFigure('workloads restarted while the window was closed', early.length);
    printFigure('what the Schedule did as the window opened', action.outcome);
    printFigure('seconds from the opening to the next restart', (next - opensAt) / 1000);
    expect(early).toEqual([]);
  },
  RUN_TIMEOUT_MS,
);

it(
  'a freeze that is added while a run is under way holds it; it goes on when the freeze is removed',
  async () => {
    const mark = bench.audit.mark();
    const handle = await startRun(bench, 'narrow');
    await amidWave(handle, mark);

    const say = ['--until', '1h', '--reason', 'incident 12', '--by', 'ana'];
    const added = await meshlift('freeze', 'add', 'narrow', FREEZE, ...say);
    const addedAt = Date.now();
    const { waitingFor } = await untilParked(handle);
    await neverWithin(AT_ONCE_MS, () => false);
    const parked = restartTimes(mark);
    await neverWithin(10_000, () => restartTimes(mark).length > parked.length);
    const removed = await meshlift('freeze', 'remove', 'narrow', FREEZE);
    await takeBack(handle);

    expect(added).toMatchObject({
      kind: 'freezes',
      freezes: [{ name: FREEZE, state: 'now', by: 'ana', reason: 'incident 12' }],
    });
    expect(waitingFor).toMatch(/^freeze "incident-12" by ana until .*: incident 12; opens at /);
    expect(parked.length).toBeLessThan(MESHED_WORKLOADS.length);
    expect(removed).toMatchObject({ freezes: [] });
    const late = parked.filter((each) => each > addedAt + AT_ONCE_MS);
    printFigure('workloads restarted in a freeze that was added meanwhile', late.length);
    expect(late).toEqual([]);
  },
  RUN_TIMEOUT_MS,
);
