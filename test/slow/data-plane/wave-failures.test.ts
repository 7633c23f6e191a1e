import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { restartsOf } from '../../e2e/support/audit-log.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../e2e/support/bench.ts';
import { carryOut, type TakeBack } from '../../e2e/support/carry-out.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { calmState, expectRestored } from '../../e2e/support/mesh.ts';
import type { Projection } from '../../e2e/support/projection.ts';
import {
  resultOf,
  startRun,
  untilGate,
  untilProgress,
  untilStep,
  type Handle,
  type ReportView,
} from '../../e2e/support/runs.ts';
import {
  deployBrokenImage,
  EXCEPTIONS,
  hindrances,
  openWard,
  PATIENTS,
  WARD,
  WELL,
} from '../../e2e/support/ward.ts';

const RUN_TIMEOUT_MS = 300_000;

let bench: Bench;
let calm: Projection;
let closeWard: () => Promise<void>;
let takeBack: TakeBack | undefined;

beforeAll(async () => {
  bench = await openBench('wave-failures');
  calm = await calmState(bench);
  bench.startWorker();
}, SETUP_TIMEOUT_MS);

beforeEach(async () => {
  closeWard = await openWard(bench);
}, RUN_TIMEOUT_MS);

afterEach(async () => {
  await takeBack?.();
  takeBack = undefined;
  await closeWard();
  await expectRestored(bench, calm);
}, RUN_TIMEOUT_MS);

afterAll(() => bench.close(), RUN_TIMEOUT_MS);

async function hinder(): Promise<void> {
  takeBack = await carryOut(bench.kubernetes, await hindrances(bench));
}

function restartedIn(namespace: string, mark: number): readonly string[] {
  const prefix = `${namespace}/`;
  return restartsOf(bench.audit.since(mark)).flatMap((workload) =>
    workload.startsWith(prefix) ? [workload.slice(prefix.length)] : [],
  );
}

async function endByRollback(handle: Handle): Promise<ReportView> {
  await takeBack?.();
  takeBack = undefined;
  await handle.signal('rollback', { reason: 'seen enough' });
  return resultOf(handle);
}

it(
  'workloads that fail within the threshold are exceptions, each by its own cause; all others move',
  async () => {
    const mark = bench.audit.mark();
    const handle = await startRun(bench, 'tolerant');
    await untilStep(handle, 'control-plane', ['done']);
    await hinder();
    await eventually(() => restartedIn(WARD, mark).includes('redeployed'), {
      what: 'the wave of the ward is under way',
    });
    await deployBrokenImage(bench);
    await untilGate(handle);

    const report = await handle.query<ReportView>('getReport');

    const exceptions = report.exceptions.toSorted();
    expect(exceptions).toEqual(EXCEPTIONS.map((each) => expect.stringMatching(each)));
    expect(report.waves.find(({ namespaces }) => namespaces.includes(WARD))).toMatchObject({
      workloads: PATIENTS.length,
      onTarget: WELL.length,
    });
    expect(restartedIn(WARD, mark).toSorted()).toEqual(PATIENTS);
    expect(await endByRollback(handle)).toMatchObject({ outcome: 'RolledBack', restored: true });
  },
  RUN_TIMEOUT_MS,
);

it(
  'beyond the threshold nothing more begins, what runs is awaited, and by policy a person decides',
  async () => {
    const mark = bench.audit.mark();
    const handle = await startRun(bench, 'halting');
    const isHalted = ({ phase }: { readonly phase: string }): boolean => phase === 'Halted';
    const halted = await untilProgress(handle, 'the run halts', isHalted);

    const begun = restartedIn(WARD, mark);
    // Those that begin together are asked for at once, in no order.
    expect(begun.toSorted()).toEqual(PATIENTS.slice(0, begun.length).toSorted());
    expect(begun).not.toEqual(expect.arrayContaining([...WELL]));
    const [first = '', second = '', ...further] = halted.haltedBecause ?? [];
    expect(first).toMatch(/^ward\/crash-loop: pod .* is in CrashLoopBackOff/);
    expect(second).toMatch(/^ward\/image-pull: pod .* is in ImagePullBackOff/);
    // Those that were on their way by then had all of their time.
    expect(further).toEqual(further.map(() => expect.stringMatching(/: not there after 2\d s/)));

    await handle.executeUpdate('retry', { args: [{ reason: 'try once more' }] });
    await untilProgress(handle, 'it goes on', (progress) => !isHalted(progress));
    await untilProgress(handle, 'the run halts again', isHalted);
    expect(restartedIn(WARD, mark)).toEqual(begun);
    expect(await endByRollback(handle)).toMatchObject({
      outcome: 'RolledBack',
      cause: 'rollback was asked for: seen enough',
      restored: true,
      differences: [],
    });
  },
  RUN_TIMEOUT_MS,
);
