import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { withBenchRig, type BenchRig } from '../../../bench/data-plane/bench-rig.ts';
import type { FaultPlan } from '../../../rig/fault-proxy/faults.ts';
import { SETUP_TIMEOUT_MS } from '../../e2e/support/bench.ts';
import { evenly } from '../../support/evenly.ts';
import { seeded } from '../../support/seeded.ts';
import {
  openFaultyFarm,
  type FaultProxies,
  type FaultyFarm,
  type WavesThroughFaults,
} from './support/farm-through-faults.ts';

const RUN_TIMEOUT_MS = 900_000;
/** What faults may cost, of the same without them (reliability-and-performance R3). */
const MOST_REQUESTS = 1.5;
const MOST_TIME = 2;
const SEED = 7;
const MOST_TOLD = 12;
const FARM = { workloads: 60, slowPercent: 30 };

let farm: FaultyFarm;
let calmly: WavesThroughFaults;
let closeRig: () => Promise<void>;

beforeAll(async () => {
  const rig = await openRig();
  farm = await openFaultyFarm(rig, evenly(seeded(SEED)));
  calmly = await farm.upgradeAndBack({});
  tell('no faults', calmly);
  expectWithinBudgets(calmly);
}, SETUP_TIMEOUT_MS);

afterAll(async () => {
  await farm.close();
  await closeRig();
}, RUN_TIMEOUT_MS);

/** A rig that is there until all tests are over. */
async function openRig(): Promise<BenchRig> {
  const end = new AbortController();
  const opened = Promise.withResolvers<BenchRig>();
  const over = Promise.withResolvers<void>();
  const running = withBenchRig(FARM, { signal: end.signal, say: () => undefined }, async (rig) => {
    opened.resolve(rig);
    await over.promise;
  });
  running.catch(opened.reject);
  closeRig = async () => {
    over.resolve();
    await running;
  };
  return opened.promise;
}

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
    const cost = await farm.upgradeAndBack(plan);

    tell(what, cost);
    expectWithinBudgets(cost);
    expect(cost.proxied).toBeLessThanOrEqual(MOST_REQUESTS * calmly.proxied);
    expect(cost.wavesSeconds).toBeLessThanOrEqual(MOST_TIME * calmly.wavesSeconds);
  },
  RUN_TIMEOUT_MS,
);

it(
  'the waves of an upgrade complete through watches that fall silent, break and are told 410, within their budgets',
  async () => {
    const cost = await farm.upgradeAndBack({}, breakWatches);

    tell('silent, broken and outdated watches', cost);
    expectWithinBudgets(cost);
    // A silent one is found within 35 s at most, and each wave may meet one.
    expect(cost.wavesSeconds).toBeLessThanOrEqual(MOST_TIME * calmly.wavesSeconds + 2 * 35);
  },
  RUN_TIMEOUT_MS,
);

const BREAK_EVERY_MS = 4000;

/** In turn: 410 as an event, broken connections, 410 as an answer, and watches that say nothing more for ever. */
function breakWatches(proxies: FaultProxies): () => void {
  const turns: readonly (() => void)[] = [
    () => proxies.set({ watches: { gone: 'event' } }),
    () => {
      proxies.set({});
      proxies.cutWatches();
    },
    () => proxies.set({ watches: { gone: 'status' } }),
    () => {
      // Those that are open fall silent for ever; those that are opened after it are well.
      proxies.set({ watches: { silent: true } });
      proxies.set({});
    },
  ];
  let turn = 0;
  const timer = setInterval(() => {
    turns[turn % turns.length]?.();
    turn += 1;
  }, BREAK_EVERY_MS);
  return () => clearInterval(timer);
}

function expectWithinBudgets(cost: WavesThroughFaults): void {
  expect(cost).toMatchObject({ notOnTarget: 0, secondsBelowBudget: 0, mostGenerations: 1 });
  expect(cost.podsMadeAgain).toBe(0);
}

function tell(what: string, { proxied, wavesSeconds, asked }: WavesThroughFaults): void {
  const ratio = (a: number, b: number): string => (a / b).toFixed(2);
  console.log(
    `${what}: ${proxied} requests (${ratio(proxied, calmly.proxied)} of those without faults), ` +
      `${wavesSeconds.toFixed(1)} s (${ratio(wavesSeconds, calmly.wavesSeconds)})\n` +
      asked.slice(0, MOST_TOLD).join('\n'),
  );
}
