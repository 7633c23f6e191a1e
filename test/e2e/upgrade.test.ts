import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { requiredAccess } from '../../src/domain/planning/required-access.ts';
import type { UpgradePlan } from '../../src/domain/planning/plan.ts';
import { readJson, runMeshlift, type Ran } from '../cli/support/run-meshlift.ts';
import { describeRequests, isOurs, isRecord, isWrite, restartsOf } from './support/audit-log.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import { run, temporal, temporalJson } from './support/commands.ts';
import { eventually } from './support/eventually.ts';
import {
  BYSTANDER,
  calmState,
  lockOf,
  meshedPods,
  MESHED_WORKLOADS,
  podsOn,
} from './support/mesh.ts';
import { bytesOf, type Projection } from './support/projection.ts';
import { rolledOut, rolloutsOf } from './support/rollouts.ts';
import {
  NEW_REVISION,
  OLD_REVISION,
  TARGET,
  type ProgressView,
  type ReportView,
} from './support/runs.ts';
import { stepRequests, uncoveredRequests } from './support/uncovered-requests.ts';

const RUN_TIMEOUT_MS = 240_000;
const MESH = 'mesh/demo';
const ON_MESH = ['--workflow-id', MESH] as const;
/** Temporal's own limits are 51,200 events and 2 MiB for one payload; ours are far below. */
const MOST_EVENTS = 1_000;
const MOST_HISTORY_BYTES = 1_000_000;
const MOST_PAYLOAD_BYTES = 128 * 1024;

let bench: Bench;
let before: Projection;
let bystander: unknown;
let planned: Ran;
let withoutWorker: Ran;
let mark: number;
let workerStarted: Date;
let atGate: ProgressView;
let outcome: string;
let watched: Ran;
let after: Projection;

beforeAll(async () => {
  bench = await openBench('upgrade');
  before = await calmState(bench);
  bystander = await bytesOf(bench.kubernetes, BYSTANDER);
  planned = await runMeshlift(['plan', 'demo', '--target', TARGET, '--output', 'json'], {
    env: bench.env,
  });
  withoutWorker = await runMeshlift(['start', 'demo', '--target', TARGET], { env: bench.env });
}, SETUP_TIMEOUT_MS);

/** The upgrade, with nothing but the plain `temporal` command line and one-line JSON. */
beforeAll(async () => {
  mark = bench.audit.mark();
  workerStarted = new Date();
  bench.startWorker();
  const input = JSON.stringify({ cluster: 'demo', target: TARGET });
  const how = ['--type', 'upgradeMesh', '--task-queue', 'meshlift', '--input', input];
  await temporal(bench, 'workflow', 'start', ...ON_MESH, ...how);
  atGate = await eventually(gateInProgress, { what: 'the gate is open', withinMs: 120_000 });
  const following = runMeshlift(['watch', MESH, '--output', 'json'], { env: bench.env });
  const approval = ['--name', 'approve', '--input', '{}'];
  await temporal(bench, 'workflow', 'update', 'execute', ...ON_MESH, ...approval);
  const result = temporalJson<{ result: ReportView }>(bench, 'workflow', 'result', ...ON_MESH);
  outcome = (await result).result.outcome;
  watched = await following;
  after = await calmState(bench);
}, RUN_TIMEOUT_MS);

afterAll(() => bench.close(), RUN_TIMEOUT_MS);

it('is not started by the command line while no worker would pick it up, which says so', async () => {
  const { code, stdout, stderr } = withoutWorker;

  expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
  expect(stderr).toContain('no worker polls the task queue "meshlift"');
  expect(stderr).toContain('meshlift worker');
  const begun: string[] = [];
  for await (const { startTime, workflowId } of bench.temporal.workflow.list()) {
    if (startTime < workerStarted) begun.push(workflowId);
  }
  expect(begun).toEqual([]);
});

it('shows at the gate which steps are done and which are to come', () => {
  expect(atGate.steps.map(({ id, state }) => `${id} ${state}`)).toEqual([
    'snapshot done',
    'crds done',
    'control-plane done',
    'verify-control-plane done',
    'soak-control-plane done',
    'wave-1 done',
    'soak-wave-1 done',
    'wave-2 done',
    'soak-wave-2 done',
    'wave-3 done',
    'soak-wave-3 done',
    'soak-mesh done',
    'gate-complete begun',
    'default pending',
    'owner-labels pending',
    'census pending',
    'remove-control-plane pending',
    'verify-mesh pending',
  ]);
});

it('succeeds, and says so in its result, its report kept in the mesh and to whoever watches', async () => {
  // That command line prints empty lists as null, so only the outcome is taken from there.
  const report = (await bench.temporal.workflow.getHandle(MESH).result()) as ReportView;
  expect(outcome).toBe('Succeeded');
  expect(report).toMatchObject({ outcome: 'Succeeded', differences: [], remaining: [] });
  expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  expect(report.steps.filter(({ state }) => state !== 'done')).toEqual([]);
  expect({ code: watched.code, ...readJson(watched) }).toMatchObject({
    code: 0,
    kind: 'run-ended',
    outcome: 'Succeeded',
    report: { outcome: 'Succeeded' },
  });
  expect(await lockOf(bench)).toBeUndefined();
});

it('brings every meshed pod to the target, each workload restarted once', () => {
  expect(meshedPods(before)).toEqual(podsOn(OLD_REVISION));
  expect(meshedPods(after)).toEqual(podsOn(NEW_REVISION));
  const requests = bench.audit.since(mark);
  expect(restartsOf(requests).toSorted()).toEqual(MESHED_WORKLOADS.toSorted());
  expect(rolloutsOf(requests)).toEqual(rolledOut(1));
});

it('leaves nothing of the old revision in any kind of object', async () => {
  const { stdout: kinds } = await run(bench, 'kubectl', [
    ...['--kubeconfig', bench.endpoints.kubeconfigs.rig],
    ...['api-resources', '--verbs=list', '--output=name'],
  ]);
  const left = async (revision: string): Promise<string> => {
    const { stdout } = await run(bench, 'kubectl', [
      ...['--kubeconfig', bench.endpoints.kubeconfigs.rig, 'get'],
      kinds
        .trim()
        .split('\n')
        .filter((kind) => !kind.startsWith('componentstatuses'))
        .join(','),
      ...['--all-namespaces', '--selector', `istio.io/rev=${revision}`, '--output=name'],
    ]);
    return stdout.trim();
  };

  expect(await left(OLD_REVISION)).toBe('');
  expect(await left(NEW_REVISION)).toContain(`deployment.apps/istiod-${NEW_REVISION}`);
});

it('moves tags, default and validator, and gives owners their labels back', () => {
  const moved = [
    'MutatingWebhookConfiguration istio-revision-tag-default',
    'MutatingWebhookConfiguration istio-revision-tag-prod-stable',
    'ValidatingWebhookConfiguration istiod-default-validator',
  ];
  for (const name of moved) {
    expect({ name, services: servicesOf(after[name]) }).toEqual({
      name,
      services: [`istiod-${NEW_REVISION}`],
    });
  }
  const labels = Object.keys(before).filter((name) => name.startsWith('Namespace '));
  const expected = Object.fromEntries(labels.map((name) => [name, before[name]]));
  // It named the revision itself, so there was no other way than to change the name.
  const shop = { ...(before['Namespace shop'] as object), 'istio.io/rev': NEW_REVISION };
  expect(Object.fromEntries(labels.map((name) => [name, after[name]]))).toEqual({
    ...expected,
    'Namespace shop': shop,
  });
});

it('gives the new control plane the mesh configuration of the old one', () => {
  const [old, current] = [dataOf(before, OLD_REVISION), dataOf(after, NEW_REVISION)];

  expect(old).toContain('REGISTRY_ONLY');
  expect(current).toBe(old.replaceAll(OLD_REVISION, NEW_REVISION));
});

it('leaves the bystander namespace equal to the byte', async () => {
  expect(await bytesOf(bench.kubernetes, BYSTANDER)).toEqual(bystander);
});

it('writes each journal before the first change of its step', () => {
  const writes = bench.audit.since(mark).filter((request) => isOurs(request) && isWrite(request));
  const mesh = writes.filter((request) => !isRecord(request));
  const [firstJournal] = writes.filter(isRecord);

  expect(mesh.length).toBeGreaterThan(50);
  expect(firstJournal?.objectRef?.name).toBe('meshlift-owner');
  expect(changesByStep(writes)).toEqual([
    'crds: 15',
    'control-plane: 17',
    'wave-1: 1',
    'wave-1-restart: 4',
    'wave-2: 1',
    'wave-2-restart: 5',
    'wave-3: 1',
    'wave-3-restart: 8',
    'default: 2',
    'owner-labels: 1',
    'remove-control-plane: 16',
  ]);
});

it('keeps its history and its payloads small', async () => {
  const handle = bench.temporal.workflow.getHandle(MESH);
  const { historyLength, historySize = 0 } = await handle.describe();
  const { events = [] } = await handle.fetchHistory();
  const largest = Math.max(...(events ?? []).map((event) => JSON.stringify(event).length));
  const ours = bench.audit.since(mark).filter(isOurs);
  const writes = ours.filter(isWrite);
  console.log(
    `${MESHED_WORKLOADS.length} workloads: ${ours.length} requests, ${writes.length} of them writes; ` +
      `${historyLength} events, ${historySize} bytes, largest event ${largest} bytes`,
  );

  expect(historyLength).toBeLessThan(MOST_EVENTS);
  expect(historySize).toBeLessThan(MOST_HISTORY_BYTES);
  expect(largest).toBeLessThan(MOST_PAYLOAD_BYTES);
});

it('asks the API server for nothing that its plan did not say it would need', () => {
  const { plan } = JSON.parse(planned.stdout) as { readonly plan: UpgradePlan };
  const required = requiredAccess(plan);
  const requests = bench.audit.since(mark);

  expect(stepRequests(requests).length).toBeGreaterThan(required.length);
  expect(uncoveredRequests(requests, required)).toEqual([]);
});

it('has nothing to do when it is started again, and writes nothing', async () => {
  const again = bench.audit.mark();
  const { code, stdout } = await runMeshlift(
    ['start', 'demo', '--target', TARGET, '--wait', '--output', 'json'],
    { env: bench.env },
  );

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ report: { outcome: 'Succeeded', steps: [] } });
  const writes = bench.audit.since(again).filter((each) => isOurs(each) && isWrite(each));
  expect(describeRequests(writes)).toEqual([]);
}, 60_000);

async function gateInProgress(): Promise<ProgressView | undefined> {
  const { queryResult } = await temporalJson<{ queryResult: ProgressView[] }>(
    bench,
    ...['workflow', 'query', ...ON_MESH, '--name', 'getProgress'],
  );
  return queryResult.find(({ openGate }) => openGate !== undefined);
}

function servicesOf(state: unknown): readonly string[] {
  const { webhooks } = state as { webhooks: { clientConfig: { service: { name: string } } }[] };
  return [...new Set(webhooks.map(({ clientConfig }) => clientConfig.service.name))];
}

function dataOf(state: Projection, revision: string): string {
  const configMap = state[`ConfigMap istio-system/istio-${revision}`] as { data: object };
  return JSON.stringify(configMap.data);
}

/** How many changes follow the first writing of each journal, before that of the next. */
function changesByStep(writes: Parameters<typeof isRecord>[0][]): readonly string[] {
  const counts = new Map<string, number>();
  let step = 'none';
  for (const request of writes) {
    if (!isRecord(request)) counts.set(step, (counts.get(step) ?? 0) + 1);
    else if (request.verb === 'create') {
      step = /-step-(.*)$/.exec(request.objectRef?.name ?? '')?.[1] ?? step;
    }
  }
  return [...counts].map(([name, count]) => `${name}: ${count}`);
}
