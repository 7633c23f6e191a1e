import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readJson, runMeshlift } from '../../../cli/support/run-meshlift.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../../e2e/support/bench.ts';
import { eventually } from '../../../e2e/support/eventually.ts';
import { expectRestored } from '../../../e2e/support/mesh.ts';
import type { Projection } from '../../../e2e/support/projection.ts';
import { TARGET } from '../../../e2e/support/runs.ts';
import { printFigure } from '../../../support/print-figure.ts';
import { CLUSTER, writeQuickConfig } from './quick-config.ts';
import { installSmallMesh, versionsOf, type SmallMesh } from './small-mesh.ts';
import { startStrikingWorker, type Point, type StrikingWorker } from './striking-worker.ts';
import { runToEnd, type Ended } from './struck-run.ts';
import { rowsOf } from './sweep-points.ts';

export const RUN_TIMEOUT_MS = 180_000;

export interface SweepPlot {
  readonly strategy: 'canary' | 'in-place';
  readonly mesh: SmallMesh;
  /** The calls of the steps that can be taken back, in their order. */
  readonly points: readonly Point[];
  /** Steps of the plan from which on nothing is taken back. */
  readonly pastReturn: readonly string[];
  /** What is still there of the target, and may not be after a rollback. */
  readonly leftovers: (bench: Bench) => Promise<readonly string[]>;
}

export interface Sweep {
  readonly bench: () => Bench;
  readonly worker: () => StrikingWorker;
  /** One run of the strategy, to its end. */
  readonly upgrade: (atGate: 'approve' | 'rollback') => Promise<Ended>;
}

/** The tests of one strategy: at each call of each step a rollback, and the mesh as it was. */
export function describeSweep(plot: SweepPlot): Sweep {
  const { strategy, mesh, points, pastReturn } = plot;
  let bench: Bench;
  let worker: StrikingWorker;
  let before: Projection;
  let planned: readonly { readonly id: string }[];
  let tried = 0;
  /** Of each run that was taken back whole. */
  const seconds: number[] = [];
  const upgrade: Sweep['upgrade'] = (atGate) =>
    runToEnd(bench, { request: { target: TARGET, strategy }, atGate });

  beforeAll(async () => {
    bench = await openBench(`sweep-${strategy}`, { bare: true });
    before = await installSmallMesh(bench, mesh);
    const configFile = writeQuickConfig(bench);
    const wanted = ['--target', TARGET, '--strategy', strategy, '--output', 'json'];
    const plan = await runMeshlift(['plan', CLUSTER, ...wanted], {
      env: { ...bench.env, MESHLIFT_CONFIG: configFile },
    });
    ({ steps: planned } = readJson(plan)['plan'] as { steps: typeof planned });
    worker = await startStrikingWorker(bench, configFile);
  }, SETUP_TIMEOUT_MS);

  afterAll(async () => {
    printFigure(`${strategy}: rollbacks tried`, tried);
    printFigure(`${strategy}: not restored whole`, tried - seconds.length);
    const median = seconds.toSorted((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? 0;
    printFigure(`${strategy}: seconds of a run, median`, median.toFixed(1));
    printFigure(`${strategy}: seconds of the longest run`, Math.max(0, ...seconds).toFixed(1));
    await worker.close();
    await bench.close();
  }, RUN_TIMEOUT_MS);

  it('goes over every step of the plan that can be taken back, and no other', async () => {
    const ids = planned.map(({ id }) => id);
    const swept = new Set(points.map(({ step }) => step));

    expect(await versionsOf(bench)).toEqual([mesh.version]);
    expect(ids.filter((id) => id !== 'gate-complete')).toEqual([...swept, ...pastReturn]);
  });

  it.each(rowsOf(points))(
    'a rollback %s of step %s (%s) restores the mesh',
    async (place, _step, _activity, point) => {
      tried += 1;
      const strike = worker.arm([point], place);

      const ended = await upgrade('approve');

      expect(strike).toEqual({ answers: ['rollback was asked for: a sweep'], refusals: [] });
      // Without a snapshot nothing was written, and there is nothing to compare with.
      const isProven = point.step !== 'snapshot' || place === 'after its effect';
      await expectAllTakenBack(ended, isProven);
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

  async function expectAllTakenBack(
    { report, seconds: took }: Ended,
    isProven = true,
  ): Promise<void> {
    expect(report).toMatchObject({ outcome: 'RolledBack', differences: [], remaining: [] });
    expect({ restored: report.restored, cause: report.cause }).toEqual({
      restored: isProven ? true : undefined,
      cause: 'rollback was asked for: a sweep',
    });
    await expectRestored(bench, before);
    await eventually(async () => (await plot.leftovers(bench)).length === 0, {
      what: 'nothing is left of the target',
      withinMs: 20_000,
    }).catch(() => false);
    expect(await plot.leftovers(bench)).toEqual([]);
    seconds.push(took);
  }

  return { bench: () => bench, worker: () => worker, upgrade };
}
