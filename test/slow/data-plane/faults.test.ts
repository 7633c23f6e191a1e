import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { FaultPlan } from '../../../rig/fault-proxy/faults.ts';
import { startFaultProxy, type FaultProxy } from '../../../rig/fault-proxy/start-fault-proxy.ts';
import { SAMPLE_NAMESPACES } from '../../../rig/mesh/samples/workloads.ts';
import { restartsOf } from '../../e2e/support/audit-log.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../e2e/support/bench.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import {
  calmState,
  expectRestored,
  meshedPods,
  MESHED_WORKLOADS,
  podsOn,
} from '../../e2e/support/mesh.ts';
import { pointWandering } from '../../e2e/support/meshlift-config.ts';
import { project, type Projection } from '../../e2e/support/projection.ts';
import { watchReadiness } from '../../e2e/support/readiness.ts';
import { NEW_REVISION, progressOf, resultOf, startRun, untilStep } from '../../e2e/support/runs.ts';
import { seeded } from '../../support/seeded.ts';

const RUN_TIMEOUT_MS = 600_000;
/** What faults may cost, of the same without them (reliability-and-performance R3). */
const MOST_REQUESTS = 1.5;
const MOST_TIME = 2;
const SEED = 7;
const GATE_MS = 300_000;

let bench: Bench;
let calm: Projection;
let proxies: readonly FaultProxy[];
let calmly: Cost;

interface Cost {
  readonly requests: number;
  readonly seconds: number;
}

beforeAll(async () => {
  bench = await openBench('faults-whole');
  calm = await calmState(bench);
  const { worker, installer } = bench.endpoints.kubeconfigs;
  const random = seeded(SEED);
  const [ofWorker, ofInstaller] = await Promise.all(
    [worker, installer].map((kubeconfig) => startFaultProxy({ kubeconfig, random })),
  );
  if (ofWorker === undefined || ofInstaller === undefined) throw new Error('there is no proxy');
  proxies = [ofWorker, ofInstaller];
  pointWandering(bench.dir, { worker: ofWorker.kubeconfig, installer: ofInstaller.kubeconfig });
  bench.startWorker();
  calmly = await upgradeAndBack({});
}, SETUP_TIMEOUT_MS);

beforeEach(() => setFaults({}));

afterEach(async () => {
  setFaults({});
  // One that a test has left open is taken back, so that the next begins as this one did.
  const handle = bench.temporal.workflow.getHandle('mesh/wandering');
  const isOpen = (await handle.describe()).status.name === 'RUNNING';
  if (isOpen) await handle.signal('rollback', { reason: 'its test is over' });
  await handle.result();
  await expectRestored(bench, calm);
}, RUN_TIMEOUT_MS);

afterAll(async () => {
  await Promise.all(proxies.map((each) => each.close()));
  await bench.close();
}, RUN_TIMEOUT_MS);

function setFaults(plan: FaultPlan): void {
  for (const { faults } of proxies) faults.set(plan);
}

function countRequests(): number {
  return proxies.reduce((sum, { faults }) => sum + faults.requests.length, 0);
}

/** Upgrades as far as the gate, its waves through these faults, then takes all back; what the waves cost. */
async function upgradeAndBack(plan: FaultPlan, whileRunning?: () => () => void): Promise<Cost> {
  const readiness = watchReadiness(bench.kubernetes, Object.keys(LEAST_READY));
  const mark = bench.audit.mark();
  const handle = await startRun(bench, 'wandering');
  await untilStep(handle, 'soak-control-plane', ['done']);
  const before = countRequests();
  const begun = performance.now();
  setFaults(plan);
  const stop = whileRunning?.();
  try {
    await eventually(async () => (await progressOf(handle)).openGate !== undefined, {
      what: 'the gate is open',
      withinMs: GATE_MS,
    });
    const cost = {
      requests: countRequests() - before,
      seconds: (performance.now() - begun) / 1000,
    };
    stop?.();
    setFaults({});
    expect(meshedPods(await project(bench.kubernetes))).toEqual(podsOn(NEW_REVISION));
    expect(restartsOf(bench.audit.since(mark)).toSorted()).toEqual(MESHED_WORKLOADS.toSorted());
    await handle.signal('reject', { reason: 'that is all' });
    expect(await resultOf(handle)).toMatchObject({ outcome: 'RolledBack', restored: true });
    return cost;
  } finally {
    stop?.();
    setFaults({});
    const lows = await readiness.stop();
    expect(Object.entries(lows).filter(([name, low]) => low < (LEAST_READY[name] ?? 0))).toEqual(
      [],
    );
  }
}

/** As many pods of each meshed workload with a budget as that asks for. */
const LEAST_READY: Readonly<Record<string, number>> = Object.fromEntries(
  SAMPLE_NAMESPACES.flatMap(({ name: namespace, workloads }) =>
    workloads.flatMap(({ name, replicas, budget }) => {
      const workload = `${namespace}/${name}`;
      if (budget === undefined || !MESHED_WORKLOADS.includes(workload)) return [];
      const least =
        'minAvailable' in budget ? budget.minAvailable : replicas - budget.maxUnavailable;
      return [[workload, least] as const];
    }),
  ),
);

it.each<[string, FaultPlan]>([
  ['500 for 30 % of requests', { errors: { share: 0.3 } }],
  ['429 with a pause for 30 % of requests', { tooMany: { share: 0.3, retryAfterSeconds: 1 } }],
  [
    'watches that lose, repeat and swap events',
    { watches: { drop: 0.1, duplicate: 0.3, swap: 0.3 } },
  ],
  ['lost answers to 30 % of writes', { lostReplies: 0.3 }],
])(
  'the waves of an upgrade complete through %s, within their budgets and limits',
  async (what, plan) => {
    const cost = await upgradeAndBack(plan);

    tell(what, cost);
    expect(cost.requests).toBeLessThanOrEqual(MOST_REQUESTS * calmly.requests);
    expect(cost.seconds).toBeLessThanOrEqual(MOST_TIME * calmly.seconds);
  },
  RUN_TIMEOUT_MS,
);

it(
  'the waves of an upgrade complete through watches that fall silent, break and are told 410, within their budgets',
  async () => {
    const turns: readonly FaultPlan[] = [
      { watches: { gone: 'event' } },
      {},
      { watches: { gone: 'status' } },
      {},
    ];
    let turn = 0;
    const cost = await upgradeAndBack({}, () => {
      const timer = setInterval(() => {
        const plan = turns[turn % turns.length] ?? {};
        turn += 1;
        // Those that are open fall silent for ever; those that are opened after it are well.
        if (turn % 8 === 1) setFaults({ watches: { silent: true } });
        setFaults(plan);
        if (turn % 8 !== 1) for (const { faults } of proxies) faults.cutWatches();
      }, 2_000);
      return () => clearInterval(timer);
    });

    tell('silent, broken and outdated watches', cost);
    // A silent one is found within 35 s at most, and each wave may meet one.
    expect(cost.seconds).toBeLessThanOrEqual(MOST_TIME * calmly.seconds + 4 * 35);
  },
  RUN_TIMEOUT_MS,
);

function tell(what: string, { requests, seconds }: Cost): void {
  const ratio = (a: number, b: number): string => (a / b).toFixed(2);
  console.log(
    `${what}: ${requests} requests (${ratio(requests, calmly.requests)} of those without faults), ` +
      `${seconds.toFixed(1)} s (${ratio(seconds, calmly.seconds)})`,
  );
}
