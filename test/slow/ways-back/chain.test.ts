import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../e2e/support/bench.ts';
import { calmState, expectRestored } from '../../e2e/support/mesh.ts';
import { list, type Projection } from '../../e2e/support/projection.ts';
import { printFigure } from '../../support/print-figure.ts';
import { writeQuickConfig } from './support/quick-config.ts';
import { installSmallMesh, revisions, versionsOf } from './support/small-mesh.ts';
import { startStrikingWorker, type StrikingWorker } from './support/striking-worker.ts';
import { runToEnd } from './support/struck-run.ts';

const RUN_TIMEOUT_MS = 300_000;
const TARGET = '1.27.0';
const CRL = 'istio-system/istio-ca-crl';
const CRL_PATH = '/api/v1/namespaces/istio-system/configmaps/istio-ca-crl';

let bench: Bench;
let worker: StrikingWorker;
let before: Projection;

beforeAll(async () => {
  bench = await openBench('chain', { bare: true, istio: [TARGET] });
  before = await installSmallMesh(bench, { version: '1.25.1', revision: 'default' });
  worker = await startStrikingWorker(bench, writeQuickConfig(bench));
}, SETUP_TIMEOUT_MS);

afterAll(async () => {
  await worker.close();
  await bench.close();
}, RUN_TIMEOUT_MS);

it(
  'two minors in place are one run of two hops, and every proxy ends on the last version',
  async () => {
    expect(await versionsOf(bench)).toEqual(['1.25.1']);
    const services = await serviceUids();

    const { report, seconds } = await runToEnd(bench, {
      request: { target: TARGET, strategy: 'in-place' },
      atGate: 'approve',
    });

    expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect(report).toMatchObject({ outcome: 'Succeeded', target: TARGET, remaining: [] });
    await calmState(bench);
    expect(await versionsOf(bench)).toEqual([TARGET]);
    expect(new Set(await revisions(bench))).toEqual(new Set(['default']));
    expect(await serviceUids()).toEqual(services);
    printFigure('versions after 1.25.1 to 1.26.1 to 1.27.0', (await versionsOf(bench)).join());
    printFigure('seconds of 1.25.1 to 1.26.1 to 1.27.0', seconds.toFixed(1));
  },
  RUN_TIMEOUT_MS,
);

it(
  'the finished chain is taken back over both hops, to every value it had',
  async () => {
    expect(await versionsOf(bench)).toEqual([TARGET]);

    const { report, seconds } = await runToEnd(bench, { type: 'rollbackMesh', request: {} });

    expect(report).toMatchObject({ outcome: 'Succeeded', restored: true, remaining: [] });
    // An istiod of 1.27 writes it by itself some time after it began; certificates are never removed.
    const ours = report.differences.filter(({ path }) => path !== `ConfigMap ${CRL} data`);
    expect(ours).toEqual([]);
    await bench.person.delete(CRL_PATH);
    await calmState(bench);
    expect(await versionsOf(bench)).toEqual(['1.25.1']);
    await expectRestored(bench, before);
    printFigure('differences after the chain was taken back', ours.length);
    printFigure('seconds of 1.27.0 back to 1.25.1', seconds.toFixed(1));
  },
  RUN_TIMEOUT_MS,
);

async function serviceUids(): Promise<readonly string[]> {
  const services = await list(bench.kubernetes, '/api/v1/namespaces/istio-system/services');
  return services.map(({ metadata: { name, uid } }) => `${name} ${uid}`).toSorted();
}
