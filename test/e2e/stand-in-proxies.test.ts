import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readStandIns, type StandInReport } from '../../rig/ads-stand-in/start.ts';
import { buildInstallArgs } from '../../rig/mesh/istioctl.ts';
import { ProcessRecord } from '../../rig/process-record.ts';
import { readRig } from '../../rig/start-rig.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import { run } from './support/commands.ts';
import { connectedProxies, injectedPods } from './support/connected-proxies.ts';
import { eventually } from './support/eventually.ts';

const TIMEOUT_MS = 120_000;
const NEW = { version: '1.26.1', revision: '1-26-1' };

let bench: Bench;

beforeAll(async () => {
  bench = await openBench('stand-ins', { standInProxies: true });
}, SETUP_TIMEOUT_MS);

afterAll(() => bench.close(), TIMEOUT_MS);

it('connects every injected pod to an istiod of the revision that injected it, and nothing else', async () => {
  const expected = await injectedPods(bench.kubernetes);
  expect(expected.length).toBeGreaterThan(30);

  const connected = await connectedProxies(bench.kubernetes);

  expect(connected.map(({ name, revision }) => ({ name, revision }))).toEqual(expected);
  expect(connected.filter(({ isSynced }) => !isSynced)).toEqual([]);
  expect(new Set(connected.map(({ version }) => version))).toEqual(new Set(['1.25.1']));
});

it('uses every replica of istiod, and is refused by none', async () => {
  const { streamsByIstiod, refused, wanted } = await report();
  const streams = Object.values(streamsByIstiod);

  expect(streams).toHaveLength(2);
  expect(Math.min(...streams)).toBeGreaterThan(0);
  expect(streams.reduce((sum, each) => sum + each, 0)).toBe(wanted);
  expect(refused).toBe(0);
});

it(
  'is what istioctl proxy-status shows as synced',
  async () => {
    const { kubeconfigs } = bench.endpoints;
    const args = ['--kubeconfig', kubeconfigs.person, 'proxy-status'];

    const { code, stdout } = await run(bench, 'istioctl-1.25.1', args);

    expect(code).toBe(0);
    const rows = stdout.trim().split('\n').slice(1).toSorted();
    const expected = await injectedPods(bench.kubernetes);
    expect(rows.map((row) => row.split(/\s+/)[0])).toEqual(expected.map(({ name }) => name));
    // Clusters, listeners, endpoints and routes.
    expect(rows.filter((row) => row.match(/SYNCED/g)?.length !== 4)).toEqual([]);
  },
  TIMEOUT_MS,
);

it(
  'follows a workload that is restarted into another revision',
  async () => {
    const args = ['--kubeconfig', bench.endpoints.kubeconfigs.person];
    await run(bench, `istioctl-${NEW.version}`, [...args, ...buildInstallArgs(NEW.revision)]);
    await bench.person.patch('/api/v1/namespaces/shop', 'merge', {
      metadata: { labels: { 'istio.io/rev': NEW.revision } },
    });
    // For a while, istiod also lists what istioctl itself asked.
    await untilAsExpected();
    const before = await connectedProxies(bench.kubernetes);
    expect(before.some(({ revision }) => revision === NEW.revision)).toBe(false);

    await bench.person.patch('/apis/apps/v1/namespaces/shop/deployments/storefront', 'merge', {
      spec: { template: { metadata: { annotations: { 'test/restart': 'one' } } } },
    });
    await eventually(() => moved('storefront-', 4), { what: 'four moved pods are connected' });

    await untilAsExpected();
    const after = await connectedProxies(bench.kubernetes);
    expect(after).toHaveLength(before.length);
    expect(after.filter(({ revision }) => revision === NEW.revision)).toEqual(
      Array.from({ length: 4 }, () =>
        expect.objectContaining({ version: NEW.version, isSynced: true }),
      ),
    );
  },
  TIMEOUT_MS,
);

it(
  'connects anew when an istiod was killed, at the pace that the others take',
  async () => {
    const [busy] = Object.entries((await report()).streamsByIstiod).find(
      ([, streams]) => streams > 10,
    ) ?? [''];
    const lostBefore = (await report()).lost;
    process.kill(pidOf(`istiod-${busy}`), 'SIGKILL');

    await eventually(async () => (await report()).lost >= lostBefore + 10, {
      what: 'ten streams are lost',
    });

    await untilAsExpected();
    expect((await report()).refused).toBe(0);
  },
  TIMEOUT_MS,
);

it(
  'is all that istiod sees: without the stand-ins nobody is connected',
  async () => {
    expect((await connectedProxies(bench.kubernetes)).length).toBeGreaterThan(30);

    process.kill(pidOf('stand-in-proxies'), 'SIGTERM');

    await eventually(async () => (await connectedProxies(bench.kubernetes)).length === 0, {
      what: 'no proxy is connected',
    });
  },
  TIMEOUT_MS,
);

async function report(): Promise<StandInReport> {
  const found = await readStandIns(bench.endpoints.standInProxies ?? '');
  if (found === undefined) throw new Error('the stand-ins do not answer');
  return found;
}

async function moved(prefix: string, count: number): Promise<boolean> {
  const connected = await connectedProxies(bench.kubernetes);
  const found = connected.filter(
    ({ name, revision }) => name.startsWith(prefix) && revision === NEW.revision,
  );
  return found.length === count;
}

/** Until istiod's own list is that of the pods, all of it synced. */
async function untilAsExpected(): Promise<void> {
  await eventually(
    async () => {
      const expected = await injectedPods(bench.kubernetes);
      const connected = await connectedProxies(bench.kubernetes);
      const seen = connected.map(({ name, revision }) => ({ name, revision }));
      return (
        JSON.stringify(seen) ===
          JSON.stringify(expected.map(({ name, revision }) => ({ name, revision }))) &&
        connected.every(({ isSynced }) => isSynced)
      );
    },
    { what: 'each injected pod is connected once and synced' },
  );
}

function pidOf(name: string): number {
  const stateDir = readRig('e2e-stand-ins')?.stateDir ?? '';
  const found = new ProcessRecord(stateDir).load().find((each) => each.name === name);
  if (found === undefined) throw new Error(`${name} is not on record`);
  return found.pid;
}
