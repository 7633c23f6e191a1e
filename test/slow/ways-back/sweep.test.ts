import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readJson, runMeshlift } from '../../cli/support/run-meshlift.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../e2e/support/bench.ts';
import { expectRestored } from '../../e2e/support/mesh.ts';
import type { Projection } from '../../e2e/support/projection.ts';
import { NEW_REVISION, OLD_REVISION, TARGET } from '../../e2e/support/runs.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { printFigure } from '../../support/print-figure.ts';
import { objectsOfRevision } from './support/objects-of-revision.ts';
import { CLUSTER, writeQuickConfig } from './support/quick-config.ts';
import { installSmallMesh, revisions } from './support/small-mesh.ts';
import { startStrikingWorker, type StrikingWorker } from './support/striking-worker.ts';
import { runToEnd, type Begin, type Ended } from './support/struck-run.ts';
import { CANARY, PAST_RETURN, POINT_OF_NO_RETURN, rowsOf } from './support/sweep-points.ts';

const RUN_TIMEOUT_MS = 180_000;
const PODS = 4;

let bench: Bench;
let worker: StrikingWorker;
let before: Projection;
let planned: readonly { readonly id: string; readonly kind: string }[];
let tried = 0;
/** Of each run that was taken back whole. */
const seconds: number[] = [];

beforeAll(async () => {
  bench = await openBench('sweep', { bare: true });
  before = await installSmallMesh(bench, { version: '1.25.1', revision: OLD_REVISION });
  const configFile = writeQuickConfig(bench);
  const plan = await runMeshlift(['plan', CLUSTER, '--target', TARGET, '--output', 'json'], {
    env: { ...bench.env, MESHLIFT_CONFIG: configFile },
  });
  ({ steps: planned } = readJson(plan)['plan'] as { steps: typeof planned });
  worker = await startStrikingWorker(bench, configFile);
}, SETUP_TIMEOUT_MS);

afterAll(async () => {
  printFigure('runs of the sweep', tried);
  printFigure('runs not taken back whole', tried - seconds.length);
  printFigure('seconds of its longest run', Math.max(0, ...seconds).toFixed(1));
  await worker.close();
  await bench.close();
}, RUN_TIMEOUT_MS);

it('goes over every step of the plan up to the first deletion, and no other', async () => {
  const ids = planned.map(({ id }) => id);
  const end = ids.indexOf(POINT_OF_NO_RETURN);
  const swept = new Set(CANARY.map(({ step }) => step));

  expect(await revisions(bench)).toEqual(Array.from({ length: PODS }, () => OLD_REVISION));
  expect(ids.slice(0, end).filter((id) => id !== 'gate-complete')).toEqual([...swept]);
  expect(ids.slice(end)).toEqual(PAST_RETURN.map(({ step }) => step));
});

it.each(rowsOf(CANARY))(
  'a rollback %s of step %s (%s) restores the mesh',
  async (place, _step, _activity, point) => {
    tried += 1;
    const strike = worker.arm([point], place);

    const ended = await upgrade('approve');

    expect(strike).toEqual({ answers: ['rollback was asked for: a sweep'], refusals: [] });
    await expectAllTakenBack(ended);
  },
  RUN_TIMEOUT_MS,
);

it(
  'a rollback while the gate is open restores the mesh',
  async () => {
    tried += 1;
    worker.arm([], 'before its effect');

    const ended = await upgrade('rollback');

    await expectAllTakenBack(ended);
  },
  RUN_TIMEOUT_MS,
);

it(
  'a rollback after the first deletion is refused with the way back in words, at each later step',
  async () => {
    const strike = worker.arm(PAST_RETURN, 'before its effect');

    const { report } = await upgrade('approve');

    expect(strike.answers).toEqual([]);
    expect(strike.refusals).toEqual(
      PAST_RETURN.map((): unknown => expect.stringMatching(/downgradeMesh/)),
    );
    expect(report).toMatchObject({ outcome: 'Succeeded', remaining: [] });
    expect(await objectsOfRevision(bench.kubernetes, NEW_REVISION)).not.toEqual([]);
    printFigure('rollbacks refused in words', strike.refusals.length);
  },
  RUN_TIMEOUT_MS,
);

async function upgrade(atGate: Begin['atGate']): Promise<Ended> {
  return runToEnd(bench, { request: { target: TARGET }, atGate });
}

async function expectAllTakenBack(ended: Ended): Promise<void> {
  const { report } = ended;
  expect(report).toMatchObject({ outcome: 'RolledBack', differences: [], remaining: [] });
  expect({ restored: report.restored, cause: report.cause }).toEqual({
    restored: true,
    cause: 'rollback was asked for: a sweep',
  });
  await expectRestored(bench, before);
  const left = (): Promise<readonly string[]> => objectsOfRevision(bench.kubernetes, NEW_REVISION);
  await eventually(async () => (await left()).length === 0, {
    what: `nothing is left of ${NEW_REVISION}`,
    withinMs: 20_000,
  }).catch(() => false);
  expect(await left()).toEqual([]);
  seconds.push(ended.seconds);
}
