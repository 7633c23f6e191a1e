import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readJson, runMeshlift, type Ran } from '../cli/support/run-meshlift.ts';
import { describeRequests, isOurs, isWrite } from './support/audit-log.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import { temporal } from './support/commands.ts';
import { BYSTANDER, calmState, expectRestored, expectState, lockOf } from './support/mesh.ts';
import { bytesOf, type Projection } from './support/projection.ts';
import {
  NEW_REVISION,
  OLD_REVISION,
  resultOf,
  startRun,
  TARGET,
  untilGate,
  untilProgress,
  untilStep,
  type ReportView,
} from './support/runs.ts';

const RUN_TIMEOUT_MS = 240_000;
const APPS = '/apis/apps/v1/namespaces';

let bench: Bench;
let before: Projection;

beforeAll(async () => {
  bench = await openBench('decisions');
  before = await calmState(bench);
  bench.startWorker();
}, SETUP_TIMEOUT_MS);

afterAll(() => bench.close(), RUN_TIMEOUT_MS);

describe('a start from outside that cannot be meant', () => {
  it.each([
    ['a plain string', 'mesh/demo', '"1.26.1"', /expected .*object/i],
    ['no input', 'mesh/demo', undefined, /not an upgrade request/],
    [
      'a cluster that is not configured',
      'mesh/staging',
      { cluster: 'staging', target: TARGET },
      /unknown cluster "staging".*demo/,
    ],
    [
      'a malformed version',
      'mesh/demo',
      { cluster: 'demo', target: 'v1.26' },
      /\$\.target: expected an Istio version/,
    ],
    ['an unknown field', 'mesh/demo', { cluster: 'demo', target: TARGET, targt: '1' }, /targt/],
    [
      'the id of another mesh',
      'mesh/other',
      { cluster: 'demo', target: TARGET },
      /expected the workflow id mesh\/demo.*found mesh\/other/,
    ],
  ] as const)(
    'with %s fails at once as InvalidRequest and writes nothing',
    async (_what, id, input, words) => {
      const mark = bench.audit.mark();
      await start(id, input);

      const failed = bench.temporal.workflow.getHandle(id).result();

      await expect(failed).rejects.toMatchObject({
        cause: {
          type: 'InvalidRequest',
          nonRetryable: true,
          message: expect.stringMatching(words),
        },
      });
      expect(writesSince(mark)).toEqual([]);
    },
    60_000,
  );

  it.each([
    ['a version below the running one', '1.25.0', ['DowngradeRequested', 'TargetUnknown']],
    ['a version that no installer has', '1.27.0', ['TargetUnknown']],
    ['a version too many minors ahead', '1.29.0', ['MinorSkipTooFar', 'TargetUnknown']],
  ])(
    'for %s ends as Blocked, naming why, and writes nothing',
    async (_what, target, codes) => {
      const mark = bench.audit.mark();
      await start('mesh/demo', { cluster: 'demo', target });

      const result = (await bench.temporal.workflow.getHandle('mesh/demo').result()) as ReportView;

      expect(result).toMatchObject({ outcome: 'Blocked', steps: [] });
      const stopping = result.findings.filter(({ severity }) => severity !== 'info');
      expect(stopping.map(({ code }) => code).toSorted()).toEqual(codes);
      expect(writesSince(mark)).toEqual([]);
    },
    60_000,
  );
});

it(
  'an approval by the command line lets a run pass its gate; one more is told that none is open',
  async () => {
    const mark = bench.audit.mark();
    const handle = await startRun(bench, 'asking');
    const { planDigest } = await untilGate(handle);
    // Held behind this gate, it does not come to the next one meanwhile.
    await handle.executeUpdate('pause', { args: [{}] });

    const approved = await approve('asking');
    await untilProgress(handle, 'the run holds', ({ phase }) => phase === 'Paused');
    const again = await approve('asking');

    expect({ exitCode: approved.code, ...readJson(approved) }).toEqual({
      exitCode: 0,
      kind: 'message',
      message: 'approve',
      via: 'update',
      workflowId: 'mesh/asking',
      body: { gate: 'start', planDigest, reason: 'CHG-4711', by: 'ana' },
      answer: 'gate start approved by ana: CHG-4711',
    });
    expect({ exitCode: again.code, ...readJson(again) }).toMatchObject({
      exitCode: 1,
      code: 'MessageRefused',
      message: expect.stringMatching(/^mesh\/asking: no gate is open; the run is in phase Paused/),
    });
    expect(writesSince(mark)).toEqual([]);

    await handle.executeUpdate('resume', { args: [{}] });
    await untilStep(handle, 'control-plane', ['begun', 'done']);
    await handle.executeUpdate('rollback', { args: [{}] });
    expect(await resultOf(handle)).toMatchObject({ outcome: 'RolledBack', restored: true });
    await expectRestored(bench, before);
  },
  RUN_TIMEOUT_MS,
);

it(
  'a rejection by signal takes all back but what people changed meanwhile, which it lists',
  async () => {
    const bystander = await bytesOf(bench.kubernetes, BYSTANDER);
    const handle = await startRun(bench);
    await untilStep(handle, 'soak-control-plane', ['begun', 'done']);
    const newcomer = await bench.person.post<Newcomer>(`${APPS}/payments/deployments`, NEWCOMER);
    await untilGate(handle);
    expect((await calmState(bench))['pods of payments/vouchers']).toEqual(readyOn(NEW_REVISION, 1));
    await changeWhatColleaguesDo();
    await calmState(bench);

    await temporal(
      bench,
      ...['workflow', 'signal', '--workflow-id', 'mesh/demo'],
      ...['--name', 'reject', '--input', '{"reason":"dashboards are red"}'],
    );
    const report = await resultOf(handle);

    expect(report).toMatchObject({
      outcome: 'RolledBack',
      cause: 'gate-complete: gate complete was rejected: dashboards are red',
      restored: true,
      remaining: [],
    });
    expect(report.differences).toEqual(THEIR_CHANGES);
    await expectState(bench, withTheirChanges(before, newcomer));
    expect(await lockOf(bench)).toBeUndefined();
    expect(await bytesOf(bench.kubernetes, BYSTANDER)).toEqual(bystander);
  },
  RUN_TIMEOUT_MS,
);

async function approve(cluster: string): Promise<Ran> {
  const say = ['--reason', 'CHG-4711', '--by', 'ana'];
  const args = ['approve', cluster, '--yes', ...say, '--output', 'json'];
  return runMeshlift(args, { env: bench.env });
}

/** A workload that comes into a meshed namespace after the plan was made. */
const NEWCOMER = {
  metadata: { name: 'vouchers', namespace: 'payments' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'vouchers' } },
    template: {
      metadata: { labels: { app: 'vouchers' } },
      spec: {
        containers: [{ name: 'app', image: 'registry.example.com/payments/vouchers:1.0.0' }],
      },
    },
  },
};

interface Newcomer {
  readonly metadata: { readonly uid: string };
  readonly spec: { readonly template: unknown; readonly replicas: number };
}

const DIGEST: unknown = expect.stringMatching(/^"sha256:[0-9a-f]{64}"$/);

const THEIR_CHANGES: readonly unknown[] = [
  { path: 'Deployment payments/vouchers missing pods', expected: 'absent', found: '0' },
  { path: 'Deployment payments/vouchers pod template', expected: 'absent', found: DIGEST },
  { path: 'Deployment payments/vouchers ready pods', expected: 'absent', found: '1' },
  { path: 'Deployment payments/vouchers revisions', expected: 'absent', found: '"1-25-1"' },
  { path: 'Deployment search/suggest ready pods', expected: '2', found: '3' },
  { path: 'Deployment shop/catalog pod template', expected: DIGEST, found: DIGEST },
  { path: 'Namespace accounts labels.team', expected: 'absent', found: '"identity"' },
  { path: 'Namespace search labels.team', expected: 'absent', found: '"discovery"' },
  { path: 'Namespace shop labels.istio.io/rev', expected: '"1-25-1"', found: '"prod-stable"' },
];

/** Colleagues who know nothing of the run relabel, deploy and scale. */
async function changeWhatColleaguesDo(): Promise<void> {
  const patches: Readonly<Record<string, object>> = {
    '/api/v1/namespaces/shop': labelled({ 'istio.io/rev': 'prod-stable' }),
    '/api/v1/namespaces/search': labelled({ team: 'discovery' }),
    '/api/v1/namespaces/accounts': labelled({ team: 'identity' }),
    [`${APPS}/shop/deployments/catalog`]: imaged('app', 'registry.example.com/shop/catalog:1.5.0'),
    [`${APPS}/search/deployments/suggest`]: { spec: { replicas: 3 } },
  };
  for (const [path, patch] of Object.entries(patches)) {
    await bench.person.patch(path, 'strategic', patch);
  }
}

async function start(workflowId: string, input: unknown): Promise<void> {
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  await temporal(
    bench,
    ...['workflow', 'start', '--type', 'upgradeMesh', '--task-queue', 'meshlift'],
    ...['--workflow-id', workflowId, ...(text === undefined ? [] : ['--input', text])],
  );
}

/** What is expected after: all as it was, but for those changes. */
function withTheirChanges(state: Projection, { metadata, spec }: Newcomer): Projection {
  const merged = (name: string, values: object): Projection => ({
    [name]: { ...(state[name] as object), ...values },
  });
  const catalog = JSON.stringify(state['Deployment shop/catalog']);
  return {
    ...state,
    ...merged('Namespace shop', { 'istio.io/rev': 'prod-stable' }),
    ...merged('Namespace search', { team: 'discovery' }),
    ...merged('Namespace accounts', { team: 'identity' }),
    ...merged('Deployment search/suggest', { replicas: 3 }),
    'Deployment shop/catalog': JSON.parse(catalog.replace(':1.4.2', ':1.5.0')) as unknown,
    'pods of search/suggest': readyOn(OLD_REVISION, 3),
    'Deployment payments/vouchers': {
      uid: metadata.uid,
      template: spec.template,
      replicas: spec.replicas,
    },
    'pods of payments/vouchers': readyOn(OLD_REVISION, 1),
  };
}

function readyOn(revision: string, pods: number): Readonly<Record<string, number>> {
  return { [`${revision}, ready`]: pods };
}

function labelled(labels: Readonly<Record<string, string>>): object {
  return { metadata: { labels } };
}

function imaged(name: string, image: string): object {
  return { spec: { template: { spec: { containers: [{ name, image }] } } } };
}

function writesSince(mark: number): readonly string[] {
  return describeRequests(bench.audit.since(mark).filter((each) => isOurs(each) && isWrite(each)));
}
