import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readJson, runMeshlift, type Ran } from '../cli/support/run-meshlift.ts';
import { freePort } from '../cli/support/server.ts';
import { describeRequests, isOurs, isWrite } from './support/audit-log.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import { eventually } from './support/eventually.ts';
import { calmState, expectRestored } from './support/mesh.ts';
import { progressOf, resultOf, TARGET, TASK_QUEUE, untilStep } from './support/runs.ts';

/** Each asks for a plan twice or more, on a machine that may be busy. */
const TEST_TIMEOUT_MS = 240_000;
const APPS = '/apis/apps/v1/namespaces';
const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';

let bench: Bench;
let planFile: string;
let digest: unknown;
/** Nobody listens there: a command that asks Temporal before it looks at the mesh ends with 6. */
let nowhere: string;

beforeAll(async () => {
  bench = await openBench('kept-plan');
  await calmState(bench);
  nowhere = `127.0.0.1:${await freePort()}`;
  planFile = path.join(bench.dir, 'plan.json');
  const planned = await meshlift('plan', 'demo', '--target', TARGET);
  writeFileSync(planFile, planned.stdout);
  ({ digest } = readJson(planned));
}, SETUP_TIMEOUT_MS);

afterAll(() => bench.close(), 120_000);

describe('a kept plan', () => {
  it(
    'holds while nothing changes: all that is missing here is Temporal',
    async () => {
      expect(await startKept()).toMatchObject({ code: 6 });
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'is refused once a namespace was relabelled by hand, naming it and both labels, and writes nothing',
    async () => {
      const mark = bench.audit.mark();
      await label('shop', { 'istio.io/rev': 'prod-stable' });

      const ran = await startKept('--output', 'json');
      await label('shop', { 'istio.io/rev': '1-25-1' });

      expect(ran.code).toBe(3);
      expect(readJson(ran)).toMatchObject({
        kind: 'error',
        code: 'PlanChanged',
        exitCode: 3,
        planDigest: digest,
        changes: [
          {
            kind: 'changed',
            subject: 'Namespace shop',
            path: 'labels.istio.io/rev',
            from: '1-25-1',
            to: 'prod-stable',
          },
        ],
      });
      expect(ran.stderr).toContain('Namespace shop labels.istio.io/rev: 1-25-1 → prod-stable');
      expect(ran.stderr).toContain('Nothing was started.');
      const ours = bench.audit.since(mark).filter((each) => isOurs(each) && isWrite(each));
      expect(describeRequests(ours)).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'is refused with all that changed when no plan can be made any more',
    async () => {
      await label('shop', { 'istio.io/rev': 'no-such-revision' });

      const ran = await startKept('--output', 'json');
      await label('shop', { 'istio.io/rev': '1-25-1' });

      expect(ran.code).toBe(3);
      expect(changesOf(ran)).toEqual(
        expect.arrayContaining([
          'Namespace shop labels.istio.io/rev 1-25-1 no-such-revision',
          expect.stringMatching(/^finding NamespaceSelectsNothing Namespace shop/),
        ]),
      );
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'is refused when a workload was made anew, and one was added',
    async () => {
      const { uid, copy } = await madeAnew(`${APPS}/shop/deployments`, 'promotions');
      await bench.person.post(`${APPS}/shop/deployments`, {
        ...copy,
        metadata: { name: 'wishes' },
      });
      await calmState(bench);

      const ran = await startKept('--output', 'json');
      await bench.person.delete(`${APPS}/shop/deployments/wishes`);

      expect(ran.code).toBe(3);
      expect(changesOf(ran)).toEqual([
        expect.stringMatching(new RegExp(`^Deployment shop/promotions uid ${uid} `)),
        'Deployment shop/wishes',
      ]);
      // From here on another plan is the one that holds.
      await calmState(bench);
      await keepAnew();
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'is refused when a tag points elsewhere',
    async () => {
      const tag = `${WEBHOOKS}/istio-revision-tag-prod-stable`;
      await bench.person.patch(tag, 'merge', {
        metadata: { labels: { 'istio.io/rev': '1-24-0' } },
      });

      const ran = await startKept('--output', 'json');
      await bench.person.patch(tag, 'merge', {
        metadata: { labels: { 'istio.io/rev': '1-25-1' } },
      });

      expect(ran.code).toBe(3);
      expect(changesOf(ran)).toContain('tag prod-stable revision 1-25-1 1-24-0');
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'is refused when the policy changed',
    async () => {
      const file = path.join(bench.dir, 'other.yaml');
      const text = readFileSync(bench.configFile, 'utf8');
      writeFileSync(file, text.replaceAll('pruneGrace: 1s', 'pruneGrace: 2s'));

      const ran = await startKept('--output', 'json', '--config', file);

      expect(ran.code).toBe(3);
      expect(changesOf(ran)).toEqual(['policy demo pruneGraceSeconds 1 2']);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'holds while workloads are scaled and others label what is theirs',
    async () => {
      const scale = (replicas: number): Promise<void> =>
        bench.person.patch(`${APPS}/shop/deployments/catalog`, 'merge', { spec: { replicas } });
      await scale(4);
      await label('shop', { team: 'shopping' });
      await calmState(bench);

      const ran = await startKept('--output', 'json');
      await scale(3);
      await label('shop', { team: null });

      expect(readJson(ran)).toMatchObject({ code: 'NoConnection' });
      await calmState(bench);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'is refused as invalid once its file was edited',
    async () => {
      const file = path.join(bench.dir, 'edited.json');
      const text = readFileSync(planFile, 'utf8');
      writeFileSync(file, text.replace('"graceSeconds":1', '"graceSeconds":0'));

      const ran = await meshlift('start', '--plan', file);

      expect(ran.code).toBe(2);
      expect(ran.stderr).toContain('the file was edited');
    },
    TEST_TIMEOUT_MS,
  );
});

describe('with a worker', () => {
  beforeAll(async () => {
    bench.startWorker();
    await bench.untilPolled();
  }, TEST_TIMEOUT_MS);

  it(
    'a run of a kept plan is of that very plan',
    async () => {
      const ran = await meshlift('start', '--plan', planFile, '--output', 'json');
      const handle = bench.temporal.workflow.getHandle('mesh/demo');

      expect(ran.code).toBe(0);
      await untilStep(handle, 'control-plane', ['begun', 'done']);
      expect((await progressOf(handle)).planDigest).toBe(digest);

      await handle.executeUpdate('abort', { args: [{ reason: 'seen enough' }] });
      expect(await resultOf(handle)).toMatchObject({ outcome: 'RolledBack', restored: true });
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'a run that finds another plan than the one it is bound to touches nothing',
    async () => {
      const state = await calmState(bench);
      const handle = await bench.temporal.workflow.start('upgradeMesh', {
        workflowId: 'mesh/demo',
        taskQueue: TASK_QUEUE,
        args: [{ cluster: 'demo', target: TARGET, planDigest: `sha256:${'0'.repeat(64)}` }],
      });

      const report = await resultOf(handle);

      expect(report).toMatchObject({ outcome: 'Blocked', remaining: [] });
      expect(report.steps.filter(({ state: reached }) => reached !== 'pending')).toEqual([]);
      expect(report.findings.map(({ code }) => code)).toContain('PlanChanged');
      await expectRestored(bench, state);
    },
    TEST_TIMEOUT_MS,
  );
});

describe('a plan for a mesh whose CRDs are there already', () => {
  it(
    'is refused once somebody edited one of them, naming it',
    async () => {
      await keepAnew();
      expect(await startKept()).toMatchObject({ code: 6 });
      const name = 'proxyconfigs.networking.istio.io';
      const crd = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
      const labels = { 'operator.istio.io/version': '9.9.9' };
      await bench.person.patch(crd, 'merge', { metadata: { labels } });

      const ran = await startKept('--output', 'json');

      expect(ran.code).toBe(3);
      expect(changesOf(ran)).toEqual([
        expect.stringMatching(
          /^finding DirectEdit CustomResourceDefinition proxyconfigs.*operator\.istio\.io\/version/,
        ),
      ]);
    },
    TEST_TIMEOUT_MS,
  );
});

/** With Temporal out of reach. */
async function startKept(...more: readonly string[]): Promise<Ran> {
  return runMeshlift(['start', '--plan', planFile, ...more], {
    env: { ...bench.env, TEMPORAL_ADDRESS: nowhere },
  });
}

async function meshlift(...args: readonly string[]): Promise<Ran> {
  return runMeshlift(args[0] === 'plan' ? [...args, '--output', 'json'] : args, { env: bench.env });
}

async function keepAnew(): Promise<void> {
  const planned = await meshlift('plan', 'demo', '--target', TARGET);
  writeFileSync(planFile, planned.stdout);
  ({ digest } = readJson(planned));
}

/** Each change on one line, as far as it has the parts. */
function changesOf(ran: Ran): readonly string[] {
  const { changes } = readJson(ran) as unknown as {
    readonly changes: readonly Readonly<
      Partial<Record<'subject' | 'path' | 'from' | 'to', string | number>>
    >[];
  };
  return changes.map(({ subject, path: field, from, to }) =>
    [subject, field, from, to].filter((part) => part !== undefined).join(' '),
  );
}

async function label(
  namespace: string,
  labels: Readonly<Record<string, string | null>>,
): Promise<void> {
  await bench.person.patch(`/api/v1/namespaces/${namespace}`, 'merge', { metadata: { labels } });
}

interface Live {
  readonly metadata: { readonly uid: string; readonly labels?: object };
  readonly spec: object;
}

/** Deletes a workload and makes the same again; returns the uid that it had. */
async function madeAnew(
  collection: string,
  name: string,
): Promise<{ readonly uid: string; readonly copy: object }> {
  const { metadata, spec } = await bench.person.get<Live>(`${collection}/${name}`);
  await bench.person.delete(`${collection}/${name}`);
  await eventually(
    async () => (await bench.person.find(`${collection}/${name}`)) === undefined || undefined,
    { what: `${name} is gone` },
  );
  await bench.person.post(collection, { metadata: { name }, spec });
  return { uid: metadata.uid, copy: { spec } };
}
