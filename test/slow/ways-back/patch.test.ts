import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../e2e/support/bench.ts';
import { calmState } from '../../e2e/support/mesh.ts';
import { printFigure } from '../../support/print-figure.ts';
import { objectsOfRevision } from './support/objects-of-revision.ts';
import { writeQuickConfig } from './support/quick-config.ts';
import { installSmallMesh, revisions } from './support/small-mesh.ts';
import { startStrikingWorker, type StrikingWorker } from './support/striking-worker.ts';
import { runToEnd } from './support/struck-run.ts';

const RUN_TIMEOUT_MS = 240_000;
const [FROM, TO] = ['1-26-0', '1-26-1'];

let bench: Bench;
let worker: StrikingWorker;

beforeAll(async () => {
  bench = await openBench('patch', { bare: true, istio: ['1.26.0'] });
  await installSmallMesh(bench, { version: '1.26.0', revision: FROM });
  worker = await startStrikingWorker(bench, writeQuickConfig(bench));
}, SETUP_TIMEOUT_MS);

afterAll(async () => {
  await worker.close();
  await bench.close();
}, RUN_TIMEOUT_MS);

it(
  'a patch release comes in by canary, and nothing of the one before is left',
  async () => {
    const pods = await revisions(bench);
    expect(pods).not.toEqual([]);
    expect(pods.filter((revision) => revision !== FROM)).toEqual([]);

    const { report, seconds } = await runToEnd(bench, {
      request: { target: '1.26.1' },
      atGate: 'approve',
    });

    expect(report).toMatchObject({ outcome: 'Succeeded', differences: [], remaining: [] });
    await calmState(bench);
    expect(await revisions(bench)).toEqual(pods.map(() => TO));
    expect(await objectsOfRevision(bench.kubernetes, FROM)).toEqual([]);
    printFigure('seconds of 1.26.0 to 1.26.1', seconds.toFixed(1));
    printFigure('pods on 1.26.1', pods.length);
  },
  RUN_TIMEOUT_MS,
);
