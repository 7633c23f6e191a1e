import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readJson, runMeshlift } from '../../cli/support/run-meshlift.ts';
import { restartsOf } from '../../e2e/support/audit-log.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../e2e/support/bench.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { calmState, expectRestored, lockOf } from '../../e2e/support/mesh.ts';
import type { LiveObject, Projection } from '../../e2e/support/projection.ts';
import {
  resultOf,
  startRun,
  untilGate,
  untilProgress,
  untilStep,
  type Handle,
  type ReportView,
} from '../../e2e/support/runs.ts';
import { startSecondTemporal } from '../../e2e/support/second-temporal.ts';
import { printFigure } from '../../support/print-figure.ts';

const RUN_TIMEOUT_MS = 240_000;
const SHOP = '/api/v1/namespaces/shop';
const ISTIOD = 'istio-system/istiod-1-25-1';

let bench: Bench;
let before: Projection;

beforeAll(async () => {
  bench = await openBench('rollback');
  before = await calmState(bench);
  bench.startWorker();
  await bench.untilPolled();
}, SETUP_TIMEOUT_MS);

afterAll(() => bench.close(), RUN_TIMEOUT_MS);

it(
  'a rollback is not stopped by abort, and not by a second one: it says so and comes to its end',
  async () => {
    const handle = await startRun(bench);
    await untilGate(handle);
    await handle.executeUpdate('reject', { args: [{ reason: 'red dashboards' }] });
    await untilProgress(handle, 'it rolls back', ({ phase }) => phase === 'RollingBack');

    const answers = [await refusalOfAbort(handle), await refusalOfAbort(handle)];

    expect(answers).toEqual([
      expect.stringContaining('the run is rolling back already'),
      expect.stringContaining('the run is rolling back already'),
    ]);
    const report = await resultOf(handle);
    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true });
    await expectRestored(bench, before);
    printFigure('aborts of a rollback refused in words', answers.length);
    printFigure('differences after the rollback that was not stopped', report.differences.length);
  },
  RUN_TIMEOUT_MS,
);

it(
  'a run that was terminated amid a wave is taken back by the record alone, from another Temporal server',
  async () => {
    const runId = await terminatedAmidWave('wave-2');
    await bench.worker().stop();
    const other = await startSecondTemporal(bench);
    try {
      const env = { ...bench.env, TEMPORAL_ADDRESS: other.address };
      bench.startWorker(env);

      // That server knows of no such run: whether it runs elsewhere is for a person to say.
      const { runs } = await meshlift(['list', '--recorded', 'narrow', '--output', 'json'], env);
      const refused = await rollBack('narrow', env);
      const named = await rollBack('narrow', env, ['--take-over', runId]);

      expect(runs).toContainEqual(
        expect.objectContaining({ runId, holdsMesh: true, canBeTakenBack: true }),
      );
      expect({ code: refused.code, findings: codesOf(refused.report) }).toEqual({
        code: 3,
        findings: ['MeshBusy blocking'],
      });
      expect({ code: named.code, ...named.report }).toMatchObject({
        code: 0,
        outcome: 'Succeeded',
        restored: true,
        differences: [],
        remaining: [],
      });
      await expectRestored(bench, before);
      printFigure(
        'differences after a terminated run was taken back on another Temporal server',
        named.report.differences.length,
      );
    } finally {
      await bench.worker().stop();
      await other.close();
      bench.startWorker();
    }
  },
  RUN_TIMEOUT_MS,
);

it(
  'a relabelling by hand survives a rollback and is named; an abort stops it where it stands, and it goes on anew',
  async () => {
    await terminatedAmidWave('wave-2');
    await relabel({ 'istio.io/rev': 'prod-stable', team: 'checkout' });

    const first = await bench.temporal.workflow.start('rollbackMesh', {
      workflowId: 'mesh/narrow',
      taskQueue: 'meshlift',
      args: [{ cluster: 'narrow' }],
    });
    await untilStep(first, 'undo-wave-2', ['begun']);
    await first.executeUpdate('abort', { args: [{ reason: 'wait' }] });
    expect(await refusalOfAbort(first)).toMatch(/stopping already|has ended|already completed/);
    const stopped = await resultOf(first);
    const { code, report } = await rollBack('narrow', bench.env);

    expect(stopped).toMatchObject({ outcome: 'Halted' });
    expect(stopped.remaining.join()).toContain('--type rollbackMesh');
    expect({ code, ...report }).toMatchObject({ code: 0, outcome: 'Succeeded', restored: true });
    const differences = [...stopped.differences, ...report.differences].map(({ path }) => path);
    expect(differences).toContain('Namespace shop labels.istio.io/rev');
    const { labels } = (await bench.kubernetes.get<LiveObject>(SHOP)).metadata;
    expect(labels).toMatchObject({
      'istio.io/rev': 'prod-stable',
      team: 'checkout',
    });
    printFigure(
      'label set by hand during a run, after its rollback',
      labels?.['istio.io/rev'] ?? '',
    );
    printFigure('outcome of rollbackMesh that was aborted twice', stopped.outcome);
    printFigure('outcome of the same rollback begun again', report.outcome);
    await relabel({ 'istio.io/rev': '1-25-1', team: null });
    await expectRestored(bench, before);
  },
  RUN_TIMEOUT_MS,
);

it(
  'a finished upgrade is taken back: all is as in the snapshot but what an object made again cannot have',
  async () => {
    const handle = await startRun(bench);
    await untilGate(handle);
    await handle.executeUpdate('approve', { args: [{}] });
    expect(await resultOf(handle)).toMatchObject({ outcome: 'Succeeded' });
    const plan = await meshlift(['plan', 'demo', '--type', 'rollbackMesh', '--output', 'json']);
    const steps = (plan['plan'] as { readonly steps: readonly { readonly id: string }[] }).steps;

    const { code, report } = await rollBack('demo', bench.env);
    const again = await rollBack('demo', bench.env);

    expect(steps.map(({ id }) => id)).toEqual([
      'restore-control-plane',
      'undo-owner-labels',
      'undo-default',
      'undo-wave-3',
      'undo-wave-2',
      'undo-wave-1',
      'undo-control-plane',
      'prove-restored',
    ]);
    expect({ code, ...report }).toMatchObject({
      code: 0,
      outcome: 'Succeeded',
      restored: true,
      remaining: [],
    });
    expect(report.differences).toEqual([
      {
        path: `Service ${ISTIOD} uid`,
        expected: expect.any(String),
        found: expect.stringContaining('what is made again has a uid of its own'),
      },
    ]);
    await expectRestored(bench, await withNewUids(before));
    expect({ code: again.code, ...again.report }).toMatchObject({
      code: 0,
      outcome: 'Succeeded',
      steps: [],
    });
    expect(codesOf(again.report)).toEqual(['NothingToRollBack info']);
    printFigure(
      'differences after a finished upgrade was taken back, but for a uid of what is made again',
      report.differences.filter(({ path }) => path !== `Service ${ISTIOD} uid`).length,
    );
  },
  RUN_TIMEOUT_MS,
);

/** First run id of an upgrade that was ended by force while that wave was restarting. */
async function terminatedAmidWave(wave: string): Promise<string> {
  const mark = bench.audit.mark();
  const handle = await startRun(bench, 'narrow');
  await untilStep(handle, wave, ['begun']);
  await eventually(() => inShop(mark) > 0, {
    what: `${wave} restarts workloads`,
    everyMs: 50,
  });
  const { runId } = await handle.describe();
  await handle.terminate('the on-call engineer ended it');
  expect((await lockOf(bench)) === undefined).toBe(false);
  return runId;
}

function inShop(mark: ReturnType<Bench['audit']['mark']>): number {
  return restartsOf(bench.audit.since(mark)).filter((name) => name.startsWith('shop/')).length;
}

async function meshlift(
  args: readonly string[],
  env: Readonly<Record<string, string>> = bench.env,
): Promise<Readonly<Record<string, unknown>>> {
  return readJson(await runMeshlift(args, { env }));
}

interface RolledBack {
  readonly code: number | null;
  readonly report: ReportView;
}

async function rollBack(
  cluster: string,
  env: Readonly<Record<string, string>>,
  more: readonly string[] = [],
): Promise<RolledBack> {
  const args = ['start', cluster, '--type', 'rollbackMesh', '--without-worker', '--wait', ...more];
  const ran = await runMeshlift([...args, '--output', 'json'], { env });
  const { report } = readJson(ran) as { readonly report?: ReportView };
  if (report === undefined) throw new Error(`no report: ${ran.stdout} ${ran.stderr}`);
  return { code: ran.code, report };
}

function codesOf({ findings }: ReportView): readonly string[] {
  return findings.map(({ code, severity }) => `${code} ${severity}`);
}

async function refusalOfAbort(handle: Handle): Promise<string> {
  return handle.executeUpdate('abort', { args: [{}] }).then(
    (answer: unknown) => `accepted: ${JSON.stringify(answer)}`,
    (error: unknown) => {
      const cause = error instanceof Error ? error.cause : undefined;
      return cause instanceof Error ? cause.message : String(error);
    },
  );
}

async function relabel(labels: Readonly<Record<string, string | null>>): Promise<void> {
  await bench.person.patch(SHOP, 'merge', { metadata: { labels } });
}

/** What was removed and made again has uids of its own. */
async function withNewUids(state: Projection): Promise<Projection> {
  const entries = [
    [`Service ${ISTIOD}`, '/api/v1/namespaces/istio-system/services/istiod-1-25-1'],
    [`Deployment ${ISTIOD}`, '/apis/apps/v1/namespaces/istio-system/deployments/istiod-1-25-1'],
  ].map(async ([name = '', path = '']) => {
    const { uid } = (await bench.kubernetes.get<LiveObject>(path)).metadata;
    return [name, { ...(state[name] as object), uid }] as const;
  });
  return { ...state, ...Object.fromEntries(await Promise.all(entries)) };
}
