import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readJson, runMeshlift, type Ran } from '../../cli/support/run-meshlift.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../e2e/support/bench.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import {
  storedIn,
  virtualService,
  withStoredCopy,
  type Crd,
  type CrdMark,
} from '../../e2e/support/crds.ts';
import { calmState, lockOf, meshedPods, podsOn } from '../../e2e/support/mesh.ts';
import type { Projection } from '../../e2e/support/projection.ts';
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
const PROXY_CONFIGS = 'proxyconfigs.networking.istio.io';
const WORKLOAD_GROUPS = 'workloadgroups.networking.istio.io';
const NETWORKING = '/apis/networking.istio.io';

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

async function plan(...more: readonly string[]): Promise<Ran> {
  const options = ['--target', LOWER, '--type', 'downgradeMesh', '--output', 'json'];
  return runMeshlift(['plan', 'demo', ...options, ...more], { env: bench.env });
}

interface FindingView {
  readonly code: string;
  readonly severity: string;
  readonly subject: string;
  readonly message: string;
}

/** What makes a plan impossible, in words, so that a test that fails says what it was. */
function stoppingIn(planned: Ran): readonly string[] {
  const { findings = [] } = readJson(planned) as { findings?: readonly FindingView[] };
  return findings
    .filter(({ severity }) => severity !== 'info')
    .map(({ code, severity, subject, message }) => `${code} ${severity} ${subject}: ${message}`);
}

function blockingIn(planned: Ran): readonly FindingView[] {
  const { findings } = readJson(planned) as { findings: readonly FindingView[] };
  return findings.filter(({ severity }) => severity === 'blocking');
}

describe('a downgrade that the target could not live with', () => {
  it(
    'is refused where a field that the target does not know is used, and names the objects',
    async () => {
      expect(stoppingIn(await plan())).toEqual([]);
      const route = virtualService('retrying', { attempts: 2, perTryTimeout: '1s', backoff: '2s' });
      await bench.person.post(`${NETWORKING}/v1/namespaces/shop/virtualservices`, route);
      await bench.person.post(
        `${NETWORKING}/v1/namespaces/shop/virtualservices`,
        virtualService('plain', { attempts: 2 }),
      );

      const refused = await plan();

      expect(refused.code).toBe(3);
      expect(blockingIn(refused)).toMatchObject([
        { code: 'FeatureMissing', subject: 'VirtualService spec.http[].retries.backoff' },
      ]);
      expect(blockingIn(refused)[0]?.message).toContain('used by 1 object: shop/retrying');
      for (const name of ['retrying', 'plain']) {
        await bench.person.delete(`${NETWORKING}/v1/namespaces/shop/virtualservices/${name}`);
      }
      expect(stoppingIn(await plan())).toEqual([]);
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'is refused where objects are stored in a version that the target does not have, and names them',
    async () => {
      const before = await bench.kubernetes.get<Crd>(`${CRDS}/${PROXY_CONFIGS}`);
      const path = `${NETWORKING}/v2/namespaces/shop/proxyconfigs`;
      await bench.person.patch(`${CRDS}/${PROXY_CONFIGS}`, 'merge', {
        spec: { versions: withStoredCopy(before.spec.versions, 'v2') },
      });
      await eventually(() => bench.kubernetes.find(path), { what: 'v2 is served' });
      await bench.person.post(path, {
        apiVersion: 'networking.istio.io/v2',
        kind: 'ProxyConfig',
        metadata: { name: 'threads', namespace: 'shop' },
        spec: { concurrency: 2 },
      });
      expect(await storedVersions()).toEqual(['v1beta1', 'v2']);

      const refused = await plan();

      expect(refused.code).toBe(3);
      expect(blockingIn(refused)).toMatchObject([
        { code: 'StoredVersionMissing', subject: `CustomResourceDefinition ${PROXY_CONFIGS}` },
      ]);
      expect(blockingIn(refused)[0]?.message).toContain('written in v2: shop/threads');
      await bench.person.delete(`${path}/threads`);
      await bench.person.patch(`${CRDS}/${PROXY_CONFIGS}`, 'merge', {
        spec: { versions: storedIn(before.spec.versions, 'v2') },
      });
      await bench.person.patch(`${CRDS}/${PROXY_CONFIGS}/status`, 'merge', {
        status: { storedVersions: ['v1beta1'] },
      });
      await bench.person.patch(`${CRDS}/${PROXY_CONFIGS}`, 'merge', {
        spec: { versions: before.spec.versions },
      });
      expect(stoppingIn(await plan())).toEqual([]);
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'is refused where a CRD does not serve a version that the target reads',
    async () => {
      const path = `${CRDS}/${WORKLOAD_GROUPS}`;
      const before = await bench.kubernetes.get<Crd>(path);
      const unserved = before.spec.versions.map((version) =>
        version.name === 'v1' ? { ...version, served: false } : version,
      );
      await bench.person.patch(path, 'merge', { spec: { versions: unserved } });

      const refused = await plan();

      expect(refused.code).toBe(3);
      expect(blockingIn(refused)).toMatchObject([
        { code: 'CrdVersionMissing', subject: `CustomResourceDefinition ${WORKLOAD_GROUPS}` },
      ]);
      await bench.person.patch(path, 'merge', { spec: { versions: before.spec.versions } });
      expect(stoppingIn(await plan())).toEqual([]);
    },
    RUN_TIMEOUT_MS,
  );

  it(
    'is another workflow than an upgrade, and each names the other',
    async () => {
      const up = ['plan', 'demo', '--target', LOWER, '--output', 'json'];
      const down = ['plan', 'demo', '--target', '1.26.2', '--type', 'downgradeMesh'];

      const [refusedUp, refusedDown] = [
        await runMeshlift(up, { env: bench.env }),
        await runMeshlift([...down, '--output', 'json'], { env: bench.env }),
      ];

      expect(codesOf(refusedUp)).toContain('DowngradeRequested');
      expect(refusedUp.stdout).toContain('--type downgradeMesh');
      expect(codesOf(refusedDown)).toContain('UpgradeRequested');
      expect(refusedDown.stdout).toContain('workflow upgradeMesh');
    },
    RUN_TIMEOUT_MS,
  );
});

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
    planned = await plan();
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
      const again = await plan();

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

async function storedVersions(): Promise<readonly string[]> {
  const crd = await bench.kubernetes.get<Crd>(`${CRDS}/${PROXY_CONFIGS}`);
  return crd.status.storedVersions;
}

function codesOf(planned: Ran): readonly string[] {
  return blockingIn(planned).map(({ code }) => code);
}

/** What was deleted and made again is another object of the same content. */
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
