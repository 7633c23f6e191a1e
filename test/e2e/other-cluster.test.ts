import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeRequests, isOurs, isWrite } from './support/audit-log.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import { pointWandering } from './support/meshlift-config.ts';
import { calmState, expectRestored } from './support/mesh.ts';
import type { Projection } from './support/projection.ts';
import { resultOf, startRun, untilGate, untilProgress } from './support/runs.ts';

const RUN_TIMEOUT_MS = 240_000;

let bench: Bench;
let other: Bench;
let before: Projection;

beforeAll(async () => {
  bench = await openBench('mesh');
  other = await openBench('other', { bare: true });
  before = await calmState(bench);
  bench.startWorker();
}, SETUP_TIMEOUT_MS);

afterAll(async () => {
  await Promise.all([bench.close(), other.close()]);
}, RUN_TIMEOUT_MS);

it(
  'a kubeconfig that points elsewhere amid a run halts it with nothing written there; put right, all is taken back',
  async () => {
    const handle = await startRun(bench, 'wandering');
    await untilGate(handle);
    const mark = other.audit.mark();
    const ours = bench.audit.mark();
    pointWandering(bench.dir, other.endpoints.kubeconfigs);

    await handle.executeUpdate('approve', { args: [{}] });
    const halted = await untilProgress(handle, 'a halt', ({ phase }) => phase === 'Halted');

    // Nor can be told whether the old revision could serve, so nothing is taken back by itself.
    const failed = halted.steps.filter(({ state }) => state.endsWith('failed'));
    expect(failed.map(({ id, state }) => `${id} ${state}`)).toEqual(['default failed']);
    expect(failed[0]?.detail).toContain('the kubeconfig points to another cluster now');
    expect(writes(other, mark)).toEqual([]);
    expect(writes(bench, ours)).toEqual([]);

    pointWandering(bench.dir, bench.endpoints.kubeconfigs);
    await handle.executeUpdate('rollback', { args: [{}] });
    const report = await resultOf(handle);

    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true, remaining: [] });
    await expectRestored(bench, before);
  },
  RUN_TIMEOUT_MS,
);

function writes(where: Bench, mark: number): readonly string[] {
  return describeRequests(where.audit.since(mark).filter((each) => isOurs(each) && isWrite(each)));
}
