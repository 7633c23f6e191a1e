import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bundleWorkflows } from '../../../scripts/lib/workflow-bundle.ts';
import { restartsOf, type AuditedRequest } from '../../e2e/support/audit-log.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../e2e/support/bench.ts';
import { calmState, lockOf, meshedPods, MESHED_WORKLOADS, podsOn } from '../../e2e/support/mesh.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { rolledOut, rolloutsOf } from '../../e2e/support/rollouts.ts';
import {
  NEW_REVISION,
  OLD_REVISION,
  progressOf,
  startRun,
  untilStep,
  type Handle,
  type ReportView,
} from '../../e2e/support/runs.ts';
import { seeded } from '../../support/seeded.ts';

const RUN_TIMEOUT_MS = 480_000;
const KILLS = 20;
/** From when a worker has come up to its end. */
const LONGEST_LIFE_MS = 6_000;
/** The same once the gate is passed: what follows takes a few seconds. */
const LONGEST_LIFE_AFTER_GATE_MS = 1_500;
/** Those that are left for what follows the gate. */
const KILLS_AFTER_GATE = 4;
/** Moments differ from run to run whatever the seed; it tells how far apart the kills were. */
const SEED = Number(process.env['KILLS_SEED'] ?? Date.now() % 1_000_000) + 1;

let bench: Bench;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  bench = await openBench('kills');
  // As in production, bundled ahead: a worker that is killed early has begun something by then.
  const bundle = path.join(bench.dir, 'workflow-bundle.js');
  writeFileSync(bundle, await bundleWorkflows());
  env = { MESHLIFT_WORKFLOW_BUNDLE: bundle };
}, SETUP_TIMEOUT_MS);

afterAll(() => bench.close(), RUN_TIMEOUT_MS);

it(
  'a worker killed twenty times at random moments leaves the same end as none, and no pod is made anew twice',
  async () => {
    expect(meshedPods(await calmState(bench))).toEqual(podsOn(OLD_REVISION));
    const random = seeded(SEED);
    const mark = bench.audit.mark();
    bench.startWorker(env);
    const handle = await startRun(bench, 'narrow');
    await untilStep(handle, 'snapshot', ['begun', 'done']);

    const struck: string[] = [];
    let isApproved = false;
    for (let kill = 1; kill <= KILLS; kill += 1) {
      await delay(random() * (isApproved ? LONGEST_LIFE_AFTER_GATE_MS : LONGEST_LIFE_MS));
      struck.push(await phaseOf(handle));
      await expectToRun(handle, struck);
      await bench.worker().kill9();
      // A signal needs no worker; it counts once the gate is open.
      if (kill > KILLS - KILLS_AFTER_GATE && struck.at(-1) === 'AwaitingCompletion') {
        await handle.signal('approve', {});
        isApproved = true;
      }
      bench.startWorker(env);
      await eventually(async () => (await phaseOf(handle)) !== SILENCE, {
        what: 'the next worker has come up',
      });
    }
    console.log(`killed with seed ${SEED} in ${struck.join(', ')}`);
    const report = await endOf(handle);

    expect(report).toMatchObject({ outcome: 'Succeeded', differences: [], remaining: [] });
    expect(report.steps.filter(({ state }) => state !== 'done')).toEqual([]);
    expect(meshedPods(await calmState(bench))).toEqual(podsOn(NEW_REVISION));
    expect(await lockOf(bench)).toBeUndefined();
    const requests = bench.audit.since(mark);
    expect(restartsOf(requests).toSorted()).toEqual(MESHED_WORKLOADS.toSorted());
    expect(rolloutsOf(requests)).toEqual(rolledOut(1));
    expect(evictedTwice(requests)).toEqual([]);
  },
  RUN_TIMEOUT_MS,
);

async function expectToRun(handle: Handle, struck: readonly string[]): Promise<void> {
  if ((await handle.describe()).status.name === 'RUNNING') return;
  const end = (await handle.result()) as ReportView;
  throw new Error(
    `the run has ended before kill ${struck.length} (${struck.join(', ')}): ${JSON.stringify(end)}`,
  );
}

const SILENCE = 'silence';

/** Where the run is, as a worker tells it that answers within a second. */
async function phaseOf(handle: Handle): Promise<string> {
  const silence = delay(1_000).then(() => SILENCE);
  const phase = progressOf(handle).then(
    (progress) => progress.phase,
    () => SILENCE,
  );
  return Promise.race([phase, silence]);
}

async function endOf(handle: Handle): Promise<ReportView> {
  const result = handle.result() as Promise<ReportView>;
  let ended = false;
  void result.finally(() => {
    ended = true;
  });
  while (!ended) {
    if ((await phaseOf(handle)) === 'AwaitingCompletion') await handle.signal('approve', {});
    await delay(500);
  }
  return result;
}

function evictedTwice(requests: readonly AuditedRequest[]): readonly string[] {
  const evicted = requests
    .filter(({ objectRef }) => objectRef?.subresource === 'eviction')
    .filter(({ responseStatus }) => (responseStatus?.code ?? 500) < 300)
    .map(({ objectRef }) => `${objectRef?.namespace ?? ''}/${objectRef?.name ?? ''}`);
  return evicted.filter((name, index) => evicted.indexOf(name) !== index);
}
