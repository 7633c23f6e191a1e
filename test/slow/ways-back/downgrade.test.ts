import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readJson, runMeshlift, type Ran } from '../../cli/support/run-meshlift.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../e2e/support/bench.ts';
import type { Crd, CrdMark } from '../../e2e/support/crds.ts';
import { calmState, lockOf, meshedPods, podsOn } from '../../e2e/support/mesh.ts';
import type { Projection } from '../../e2e/support/projection.ts';
import { printFigure } from '../../support/print-figure.ts';
import { describeRefusals } from './support/downgrade-refusals.ts';
import { planDown, type FindingView } from './support/plan-down.ts';
import {
  NEW_REVISION,
  OLD_REVISION,
  resultOf,
  startRun,
  untilGate,
  type ProgressView,
  type ReportView,
} from '../../e2e/support/runs.ts';

const RUN_TIMEOUT_MS = 300_000;
const LOWER = '1.25.1';
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

let bench: Bench;
let original: Projection;

/** A mesh of 1.26.1, by an upgrade, so that its CRDs are that version's. */
beforeAll(async () => {
  bench = await openBench('downgrade');
  original = await calmState(bench);
  bench.startWorker();
  await bench.untilPolled();
  const handle = await startRun(bench);
  await untilGate(handle);
  await handle.executeUpdate('approve', { args: [{}] });
  const { outcome } = await resultOf(handle);
  if (outcome !== 'Succeeded') throw new Error(`the upgrade ended as ${outcome}`);
  await calmState(bench);
}, SETUP_TIMEOUT_MS);

afterAll(() => bench.close(), RUN_TIMEOUT_MS);

describeRefusals({ bench: () => bench, lower: LOWER });

it(
  'a lower version is among those where the mesh can go',
  async () => {
    const ran = await runMeshlift(['targets', 'demo', '--output', 'json'], { env: bench.env });

    const { targets } = readJson(ran) as { targets: readonly { version: string }[] };
    expect(targets.find(({ version }) => version === LOWER)).toMatchObject({
      direction: 'older',
      workflow: 'downgradeMesh',
      canary: { verdict: 'allowed', offered: true, reasons: [] },
    });
  },
  RUN_TIMEOUT_MS,
);

describe('a downgrade by canary', () => {
  let crds: readonly CrdMark[];
  let planned: Ran;
  let atGate: ProgressView;
  let report: ReportView;
  let watched: Ran;
  let after: Projection;

  beforeAll(async () => {
    crds = await crdMarks();
    planned = await planDown(bench, LOWER);
    const handle = await bench.temporal.workflow.start('downgradeMesh', {
      workflowId: 'mesh/demo',
      taskQueue: 'meshlift',
      args: [{ cluster: 'demo', target: LOWER, reason: 'back to what we know' }],
    });
    const following = runMeshlift(['watch', 'mesh/demo'], { env: bench.env });
    atGate = await untilGate(handle);
    await handle.executeUpdate('approve', { args: [{}] });
    report = await resultOf(handle);
    watched = await following;
    after = await calmState(bench);
  }, RUN_TIMEOUT_MS);

  it('is planned without a step for CRDs, and says so', () => {
    const { plan: found } = readJson(planned) as {
      plan: { steps: readonly { id: string; kind: string }[]; findings: readonly FindingView[] };
    };

    expect(found.steps.map(({ id }) => id).slice(0, 4)).toEqual([
      'snapshot',
      'control-plane',
      'verify-control-plane',
      'soak-control-plane',
    ]);
    expect(found.steps.filter(({ kind }) => kind === 'apply-crds')).toEqual([]);
    expect(found.findings.map(({ code, severity }) => `${code} ${severity}`)).toContain(
      'CrdsKept info',
    );
  });

  it('stops at the gate with both control planes, and succeeds', async () => {
    expect(atGate.openGate?.name).toBe('complete');
    expect(report).toMatchObject({
      outcome: 'Succeeded',
      type: 'downgradeMesh',
      target: LOWER,
      from: NEW_REVISION,
      to: OLD_REVISION,
      differences: [],
      remaining: [],
    });
    expect(report.steps.filter(({ state }) => state !== 'done')).toEqual([]);
    expect(await lockOf(bench)).toBeUndefined();
  });

  it('moves every meshed pod to the lower version, and names none that is not READY', () => {
    expect(meshedPods(after)).toEqual(podsOn(OLD_REVISION));
    expect(report.exceptions).toEqual([]);
    const verified = report.steps.find(({ id }) => id === 'verify-mesh')?.detail ?? '';
    expect(verified).toContain(`on ${OLD_REVISION}`);
  });

  it('leaves the mesh as it was before the upgrade, but for marks and identities', () => {
    const [was, is] = [withoutNews(original), withoutNews(after)];

    expect(Object.keys(was).length).toBeGreaterThan(20);
    expect(is).toEqual(was);
  });

  it(
    'has nothing to do a second time',
    async () => {
      const again = await planDown(bench, LOWER);

      expect({ code: again.code, ...readJson(again) }).toMatchObject({
        code: 0,
        kind: 'nothing-to-do',
      });
    },
    RUN_TIMEOUT_MS,
  );

  it('does not touch one CRD', async () => {
    expect(crds).toHaveLength(14);

    expect(await crdMarks()).toEqual(crds);
    printFigure('CRDs that a downgrade left as they were', crds.length);
  });

  it('shows whoever watches how many pods of the control plane are ready, by version', () => {
    expect(watched.code).toBe(0);
    expect(watched.stdout + watched.stderr).toMatch(/istiod 1\.25\.1: \d+ ready/);
  });
});

async function crdMarks(): Promise<readonly CrdMark[]> {
  const { items } = await bench.kubernetes.get<{ items: readonly Crd[] }>(CRDS);
  return items
    .map(({ metadata }) => metadata)
    .filter(({ name }) => name.endsWith('.istio.io'))
    .map(({ name, uid, resourceVersion, generation }) => [name, uid, resourceVersion, generation]);
}

/** Without what a way forward cannot have again: identities of what is new, and the marks of its restarts. */
function withoutNews(state: Projection): Projection {
  const text = JSON.stringify(state, (key, value: unknown) => {
    if (['uid', 'clusterIP', 'clusterIPs'].includes(key)) return 0;
    if (key !== 'annotations' || typeof value !== 'object' || value === null) return value;
    const others = Object.entries(value).filter(([name]) => name !== RESTART_MARK);
    return others.length === 0 ? undefined : Object.fromEntries(others);
  });
  return JSON.parse(text) as Projection;
}

const RESTART_MARK = 'meshlift.dev/restart';
