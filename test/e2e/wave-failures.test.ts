import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { create, patch, type Change } from './scenarios/scenario.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import { carryOut, type TakeBack } from './support/carry-out.ts';
import { calmState, expectRestored } from './support/mesh.ts';
import type { LiveObject, Projection } from './support/projection.ts';
import { resultOf, startRun, untilStep, type Handle, type ReportView } from './support/runs.ts';

const RUN_TIMEOUT_MS = 300_000;

let bench: Bench;
let calm: Projection;
let takeBack: TakeBack | undefined;

beforeAll(async () => {
  bench = await openBench('wave-failures');
  calm = await calmState(bench);
  bench.startWorker();
}, SETUP_TIMEOUT_MS);

afterEach(async () => {
  await takeBack?.();
  takeBack = undefined;
  await expectRestored(bench, calm);
}, RUN_TIMEOUT_MS);

afterAll(() => bench.close(), RUN_TIMEOUT_MS);

/** A run amid which somebody does this: the plan has seen nothing of it. */
async function interfere(changes: readonly Change[]): Promise<Handle> {
  const handle = await startRun(bench);
  await untilStep(handle, 'control-plane', ['done']);
  takeBack = await carryOut(bench.kubernetes, changes);
  return handle;
}

/** Once the wave has failed the hindrance goes: what was moved by then needs new pods to go back. */
async function resultAfter(handle: Handle, wave: string): Promise<ReportView> {
  await untilStep(handle, wave, ['failed', 'undoing', 'undone']);
  await takeBack?.();
  takeBack = undefined;
  return resultOf(handle);
}

it(
  'a quota that leaves no room for new pods ends the wave at its deadline, is named, and all is taken back',
  async () => {
    // Less than there are: what a rollout takes away makes no room for another's new pod.
    const full = { spec: { hard: { pods: '0' } } };
    const handle = await interfere([create('ResourceQuota shop/full', full)]);
    const report = await resultAfter(handle, 'wave-2');

    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true, differences: [] });
    expect(report.cause).toMatch(/shop\/[a-z]+: not there after 6\d s: .*pods cannot be created/);
    expect(report.cause).toContain('exceeded quota: full');
  },
  RUN_TIMEOUT_MS,
);

it(
  'new pods without a node end the wave at its deadline, are named, and all is taken back',
  async () => {
    const nodes = await bench.kubernetes.get<{ items: readonly LiveObject[] }>('/api/v1/nodes');
    const cordon = nodes.items.map(({ metadata }) =>
      patch(`Node ${metadata.name}`, { spec: { unschedulable: true } }),
    );
    expect(cordon.length).toBeGreaterThan(0);

    const handle = await interfere(cordon);
    const report = await resultAfter(handle, 'wave-1');

    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true, differences: [] });
    expect(report.cause).toMatch(/search\/[a-z]+: not there after 6\d s: .*cannot be scheduled/);
  },
  RUN_TIMEOUT_MS,
);
