import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { setTrouble, TROUBLE_NAMES } from '../../rig/mesh/trouble.ts';
import {
  describeRequests,
  isOurs,
  isWrite,
  restartsOf,
  type AuditedRequest,
} from './support/audit-log.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import { eventually } from './support/eventually.ts';
import { BYSTANDER, calmState, expectRestored } from './support/mesh.ts';
import { bytesOf, isReady, list, revisionOf, type Projection } from './support/projection.ts';
import {
  NEW_REVISION,
  resultOf,
  startRun,
  untilProgress,
  untilStep,
  type Handle,
  type ProgressView,
  type ReportView,
} from './support/runs.ts';

const RUN_TIMEOUT_MS = 240_000;

let bench: Bench;
let before: Projection;
let bystander: unknown;

beforeAll(async () => {
  bench = await openBench('troubles');
  before = await calmState(bench);
  bystander = await bytesOf(bench.kubernetes, BYSTANDER);
  bench.startWorker();
}, SETUP_TIMEOUT_MS);

afterEach(async () => {
  for (const name of TROUBLE_NAMES) await trouble(name, false);
}, RUN_TIMEOUT_MS);

afterAll(() => bench.close(), RUN_TIMEOUT_MS);

it(
  'new proxies that crash are noticed in the first wave, and every namespace, tag and pod is put back',
  async () => {
    await trouble('new-proxy-crashes', true);

    const report = await resultOf(await startRun(bench));

    expect(report).toMatchObject({
      outcome: 'RolledBack',
      cause: expect.stringMatching(/^wave-1: .*(search\/)/),
      restored: true,
      differences: [],
      remaining: [],
    });
    expect(statesOf(report, ['wave-1', 'wave-2'])).toEqual(['wave-1 undone', 'wave-2 pending']);
    await expectRestored(bench, before);
    expect(await bytesOf(bench.kubernetes, BYSTANDER)).toEqual(bystander);
  },
  RUN_TIMEOUT_MS,
);

it(
  'a new control plane that is not ready by its deadline is removed before any namespace is touched',
  async () => {
    await trouble('new-istiod-not-ready', true);
    const mark = bench.audit.mark();

    const report = await resultOf(await startRun(bench, 'hasty'));

    expect(report).toMatchObject({
      outcome: 'RolledBack',
      cause: expect.stringMatching(/^verify-control-plane: .*1-26-1.*0 of 2 replicas ready/),
      restored: true,
      differences: [],
    });
    expect(namespaceChanges(mark)).toEqual([]);
    await expectRestored(bench, before);
  },
  RUN_TIMEOUT_MS,
);

it(
  'webhooks that do not answer stop a run before anything selects the new revision',
  async () => {
    const mark = bench.audit.mark();
    const handle = await startRun(bench, 'hasty');
    await untilStep(handle, 'snapshot', ['begun', 'done']);
    await trouble('webhook-down', true);

    const report = await resultOf(handle);

    expect(report).toMatchObject({
      outcome: 'RolledBack',
      cause: expect.stringMatching(/^verify-control-plane: /),
      restored: true,
      differences: [],
    });
    expect(namespaceChanges(mark)).toEqual([]);
    await trouble('webhook-down', false);
    await expectRestored(bench, before);
  },
  RUN_TIMEOUT_MS,
);

it(
  'webhooks that are away for a while amid a wave are waited for, and the run goes on to its gate',
  async () => {
    const mark = bench.audit.mark();
    const handle = await startRun(bench, 'expiring');
    await eventually(() => restartsOf(bench.audit.since(mark)).length > 0, {
      what: 'the first wave restarts workloads',
      everyMs: 50,
    });
    await trouble('webhook-down', true);
    await eventually(() => bench.audit.since(mark).some(isRefusedPod), {
      what: 'a pod could not be made',
    });
    await trouble('webhook-down', false);

    const report = await resultOf(handle);

    expect(report).toMatchObject({
      outcome: 'RolledBack',
      cause: expect.stringMatching(/^gate-complete: gate complete expired/),
      restored: true,
      differences: [],
    });
    await expectRestored(bench, before);
  },
  RUN_TIMEOUT_MS,
);

it(
  'a rollback leaves a control plane that somebody has come to use, says who, and removes it when they have left',
  async () => {
    const handle = await startRun(bench);
    await untilStep(handle, 'soak-control-plane', ['begun', 'done']);
    await moveBystander(NEW_REVISION);

    await handle.executeUpdate('rollback', { args: [{ reason: 'errors in checkout' }] });
    const halted = await untilHalt(handle);
    await handle.executeUpdate('retry', { args: [{}] });
    const haltedAgain = await untilHalt(handle);

    for (const { steps } of [halted, haltedAgain]) {
      expect(steps.filter(({ state }) => state === 'undo-failed')).toEqual([
        expect.objectContaining({ id: 'control-plane', detail: STILL_USED }),
      ]);
    }
    expect(await bench.kubernetes.find(NEW_ISTIOD)).toMatchObject({ status: { readyReplicas: 2 } });

    await moveBystander(undefined);
    await handle.executeUpdate('retry', { args: [{ step: 'control-plane' }] });
    expect(await resultOf(handle)).toMatchObject({
      outcome: 'RolledBack',
      cause: 'rollback was asked for: errors in checkout',
      restored: true,
      differences: [],
      remaining: [],
    });
    await expectRestored(bench, before);
  },
  RUN_TIMEOUT_MS,
);

const NEW_ISTIOD = `/apis/apps/v1/namespaces/istio-system/deployments/istiod-${NEW_REVISION}`;
const STILL_USED =
  'expected nothing to use revision 1-26-1 before it is removed, found 2: ' +
  'namespace legacy selects it; 1 pod of Deployment legacy/reports with its proxy';

/** A colleague takes a namespace into the mesh, restarting one of its workloads, or out of it again. */
async function moveBystander(revision: string | undefined): Promise<void> {
  const metadata = { labels: { 'istio.io/rev': revision ?? null } };
  await bench.person.patch(`/api/v1/namespaces/${BYSTANDER}`, 'merge', { metadata });
  const annotations = { 'kubectl.kubernetes.io/restartedAt': revision ?? null };
  await bench.person.patch(`/apis/apps/v1/namespaces/${BYSTANDER}/deployments/reports`, 'merge', {
    spec: { template: { metadata: { annotations } } },
  });
  const path = `/api/v1/namespaces/${BYSTANDER}/pods?labelSelector=app%3Dreports`;
  const isThrough = async (): Promise<boolean> => {
    const pods = await list(bench.kubernetes, path);
    return pods.length === 1 && pods.every((pod) => isReady(pod) && revisionOf(pod) === revision);
  };
  await eventually(isThrough, { what: `its pod runs ${revision ?? 'no proxy'}` });
}

async function untilHalt(handle: Handle): Promise<ProgressView> {
  return untilProgress(handle, 'a halt', ({ phase }) => phase === 'Halted');
}

function isRefusedPod({ verb, user, objectRef, responseStatus }: AuditedRequest): boolean {
  const isNewPod =
    verb === 'create' && objectRef?.resource === 'pods' && objectRef.subresource === undefined;
  return isNewPod && user.username.startsWith('system:') && responseStatus?.code === 500;
}

async function trouble(name: (typeof TROUBLE_NAMES)[number], on: boolean): Promise<void> {
  await setTrouble(bench.endpoints.kubeconfigs.rig, name, on);
}

function statesOf({ steps }: ReportView, ids: readonly string[]): readonly string[] {
  return steps.filter(({ id }) => ids.includes(id)).map(({ id, state }) => `${id} ${state}`);
}

/** Changes of ours to anything that selects pods, or to the pods' templates. */
function namespaceChanges(mark: number): readonly string[] {
  const writes = bench.audit.since(mark).filter((request) => isOurs(request) && isWrite(request));
  return describeRequests(
    writes.filter(
      ({ objectRef }) =>
        objectRef?.resource === 'namespaces' ||
        objectRef?.name?.startsWith('istio-revision-tag-') === true ||
        (objectRef?.namespace !== undefined && objectRef.namespace !== 'istio-system'),
    ),
  );
}
