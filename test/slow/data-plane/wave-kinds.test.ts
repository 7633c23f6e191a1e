import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CONTROLLER_NAMES } from '../../../rig/controllers/names.ts';
import { readJson, runMeshlift } from '../../cli/support/run-meshlift.ts';
import { patch } from '../../e2e/scenarios/scenario.ts';
import { isOurs, isWrite, type AuditedRequest } from '../../e2e/support/audit-log.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../e2e/support/bench.ts';
import { carryOut } from '../../e2e/support/carry-out.ts';
import { CANARY, CONTAINERS, MOVED, WORKLOADS } from '../../e2e/support/every-kind.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { isReady, list, revisionOf, type LiveObject } from '../../e2e/support/projection.ts';
import {
  NEW_REVISION,
  OLD_REVISION,
  resultOf,
  TARGET,
  TASK_QUEUE,
  untilGate,
  untilProgress,
  type Handle,
} from '../../e2e/support/runs.ts';

const RUN_TIMEOUT_MS = 420_000;

const PODS = '/api/v1/namespaces/shop/pods';
const REASON = 'its owner replaces it by itself';
const LEFT = ['clones', 'stray'] as const;

let bench: Bench;

beforeAll(async () => {
  bench = await openBench('wave-kinds', { controllers: CONTROLLER_NAMES });
  await carryOut(bench.kubernetes, WORKLOADS);
  await carryOut(bench.kubernetes, [CANARY]);
  await makeClone();
  await eventually(async () => (await canaryState()).phase === 'Initialized', {
    what: 'the canary is initialized',
    withinMs: 180_000,
  });
  await untilOn(OLD_REVISION);
  await carryOut(bench.kubernetes, [patch('Deployment shop/held', { spec: { paused: true } })]);
  bench.startWorker();
}, SETUP_TIMEOUT_MS);

afterAll(() => bench.close(), RUN_TIMEOUT_MS);

/** A pod as the controller of another project makes it. */
async function makeClone(): Promise<void> {
  const path = '/apis/apps.kruise.io/v1alpha1/namespaces/shop/clonesets';
  const owner = await eventually(
    () =>
      bench.kubernetes.post<LiveObject>(path, {
        apiVersion: 'apps.kruise.io/v1alpha1',
        kind: 'CloneSet',
        metadata: { name: 'clones' },
      }),
    { what: 'a CloneSet is made' },
  );
  const reference = {
    apiVersion: 'apps.kruise.io/v1alpha1',
    kind: 'CloneSet',
    name: 'clones',
    uid: owner.metadata.uid,
    controller: true,
  };
  const metadata = { name: 'clones-a', labels: { app: 'clones' }, ownerReferences: [reference] };
  await bench.kubernetes.post(PODS, { metadata, spec: { containers: CONTAINERS } });
}

interface CanaryState {
  readonly phase?: string;
  /** Of the phase: an analysis that has come and gone would have moved it. */
  readonly lastTransitionTime?: string;
}

async function canaryState(): Promise<CanaryState> {
  const path = '/apis/flagger.app/v1beta1/namespaces/shop/canaries/pricing';
  const { status = {} } = await bench.kubernetes.get<{ readonly status?: CanaryState }>(path);
  const { phase, lastTransitionTime } = status;
  return { phase, lastTransitionTime } as CanaryState;
}

/** The pods by their app, those that leave left out. */
async function podsByApp(): Promise<ReadonlyMap<string, readonly LiveObject[]>> {
  const pods = await list(bench.kubernetes, PODS);
  return Map.groupBy(
    pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined),
    ({ metadata }) => metadata.labels?.['app'] ?? '',
  );
}

async function countsOn(revision: string): Promise<Readonly<Record<string, number>>> {
  const pods = await podsByApp();
  return Object.fromEntries(
    Object.keys(MOVED).map((app) => [
      app,
      (pods.get(app) ?? []).filter((pod) => isReady(pod) && revisionOf(pod) === revision).length,
    ]),
  );
}

async function untilOn(revision: string): Promise<void> {
  await eventually(
    async () => {
      const counts = await countsOn(revision);
      return Object.entries(MOVED).every(([app, count]) => counts[app] === count);
    },
    { what: `every kind runs on ${revision}`, withinMs: 120_000 },
  );
}

async function revisionsOf(apps: readonly string[]): Promise<readonly (string | undefined)[]> {
  const pods = await podsByApp();
  return apps.flatMap((app) => (pods.get(app) ?? []).map(revisionOf));
}

const OVERRIDES = ['CloneSet shop/clones', 'Pod shop/stray'].map((subject) => ({
  code: 'WorkloadLeft',
  subject,
  reason: REASON,
}));

async function start(): Promise<Handle> {
  return bench.temporal.workflow.start('upgradeMesh', {
    workflowId: 'mesh/demo',
    taskQueue: TASK_QUEUE,
    args: [{ cluster: 'demo', target: TARGET, overrides: OVERRIDES }],
  });
}

interface PlanView {
  readonly plan: {
    readonly steps: readonly {
      readonly kind: string;
      readonly workloads?: readonly {
        readonly kind: string;
        readonly namespace: string;
        readonly name: string;
        readonly treatment: { readonly kind: string };
      }[];
      readonly left?: readonly { readonly kind: string; readonly name: string }[];
    }[];
  };
}

it(
  'a plan stops for what nothing moves, and once that is accepted says of each kind what becomes of it',
  async () => {
    const ask = (more: readonly string[]): ReturnType<typeof runMeshlift> =>
      runMeshlift(['plan', 'demo', '--target', TARGET, '--output', 'json', ...more], {
        env: bench.env,
      });
    const refused = readJson(await ask([])) as {
      readonly findings: readonly { readonly code: string; readonly subject: string }[];
    };
    expect(
      refused.findings.filter(({ code }) => code === 'WorkloadLeft').map(({ subject }) => subject),
    ).toEqual(['CloneSet shop/clones', 'Pod shop/stray']);

    const accepted = OVERRIDES.flatMap(({ code, subject, reason }) => [
      '--override',
      `${code}=${subject}=${reason}`,
    ]);
    const { plan } = readJson(await ask(accepted)) as unknown as PlanView;

    const waves = plan.steps.filter(({ kind }) => kind === 'wave');
    const treatments = waves
      .flatMap(({ workloads = [] }) => workloads)
      .filter(({ namespace, treatment }) => namespace === 'shop' && treatment.kind !== 'restart')
      .map(({ kind, name, treatment }) => `${kind} ${name}: ${treatment.kind}`);
    expect(treatments).toEqual([
      'Pod applied: recreate',
      'Pod tool: recreate',
      'ReplicaSet batcher: evict',
      'Rollout borrower: restart-at',
      'Rollout recommendations: restart-at',
    ]);
    const left = waves
      .flatMap((wave) => wave.left ?? [])
      .map(({ kind, name }) => `${kind} ${name}`);
    expect(left).toEqual(
      expect.arrayContaining([
        'CloneSet clones',
        'CronJob nightly',
        'DaemonSet on-node',
        'Deployment lender',
        'Deployment outside',
        'Deployment pricing',
        'Pod stray',
      ]),
    );
  },
  RUN_TIMEOUT_MS,
);

it(
  'every kind moves in its own way and comes back in it, and what is left is not touched',
  async () => {
    const before = await podsByApp();
    const canary = await canaryState();
    const mark = bench.audit.mark();

    const handle = await start();
    await untilGate(handle);

    expect(await countsOn(NEW_REVISION)).toEqual(MOVED);
    expect(await revisionsOf(LEFT)).toEqual([OLD_REVISION, OLD_REVISION]);
    expect(await canaryState()).toEqual(canary);
    const forward = ourWrites(bench.audit.since(mark));
    expect(forward.filter((write) => /evict.* batcher/.test(write))).toHaveLength(3);
    expect(forward.filter((write) => /rollouts/.test(write))).toEqual([
      'patch rollouts borrower',
      'patch rollouts recommendations',
    ]);
    expect(forward.filter((write) => / (applied|tool)$/.test(write))).toEqual([
      'create pods applied',
      'create pods tool',
      'evict pods applied',
      'evict pods tool',
    ]);
    expect(forward.filter((write) => /deployments (lender|pricing)$/.test(write))).toEqual([]);

    await handle.signal('rollback', { reason: 'errors in checkout' });
    const report = await resultOf(handle);

    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true, differences: [] });
    await untilOn(OLD_REVISION);
    const rollouts = '/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts';
    const fields = (await list(bench.kubernetes, rollouts)).map(({ spec }) =>
      Object.hasOwn(spec as object, 'restartAt'),
    );
    expect(fields).toEqual([false, false]);
    for (const app of ['applied', 'tool']) {
      const [was, is] = [before, await podsByApp()].map((pods) => contentOf(pods.get(app)?.[0]));
      expect(is).toEqual(was);
    }
    expect(await canaryState()).toEqual(canary);
  },
  RUN_TIMEOUT_MS,
);

it(
  'what was left is waited for before the old revision is removed',
  async () => {
    const handle = await start();
    await untilGate(handle);
    await handle.executeUpdate('approve', {
      args: [{}],
    });
    await untilProgress(handle, 'the run waits', (progress) =>
      JSON.stringify(progress).includes('left as planned'),
    );
    expect(await revisionsOf(LEFT)).toEqual([OLD_REVISION, OLD_REVISION]);
    for (const pod of ['stray', 'clones-a']) {
      await bench.kubernetes.delete(`${PODS}/${pod}?gracePeriodSeconds=0`);
    }

    expect(await resultOf(handle)).toMatchObject({ outcome: 'Succeeded' });
    expect(await countsOn(NEW_REVISION)).toEqual(MOVED);
  },
  RUN_TIMEOUT_MS,
);

/** What somebody wrote of a pod, as far as the server keeps it. */
function contentOf(pod: LiveObject | undefined): unknown {
  const { containers = [], ...spec } = (pod?.['spec'] ?? {}) as {
    readonly containers?: readonly { readonly name: string; readonly image: string }[];
  };
  return {
    labels: pod?.metadata.labels,
    wanted: pod?.metadata.annotations?.['meshlift.dev/recreate'],
    containers: containers.map(({ name, image }) => [name, image]),
    fields: Object.keys(spec).toSorted(),
  };
}

/** Each as `patch rollouts NAME`; evictions say so. */
function ourWrites(requests: readonly AuditedRequest[]): readonly string[] {
  return requests
    .filter(
      (request) => isOurs(request) && isWrite(request) && request.objectRef?.namespace === 'shop',
    )
    .map(({ verb, objectRef: { resource = '', name = '', subresource } = {} }) =>
      subresource === 'eviction' ? `evict ${resource} ${name}` : `${verb} ${resource} ${name}`,
    )
    .toSorted();
}
