import { describe, expect, it } from '@jest/globals';
import { checkDataPlane } from '../../../bench/data-plane/checks.ts';
import { renderContenders } from '../../../bench/data-plane/report.ts';
import { DATA_PLANE_DEFAULTS } from '../../../bench/data-plane/options.ts';
import { figureRound, type RoundFigures } from '../../../bench/data-plane/round-figures.ts';
import type { SeenWorkload, Snapshot } from '../../../bench/data-plane/snapshot.ts';
import { groupRounds } from '../../../bench/data-plane/summary.ts';
import type { AuditEvent } from '../../../bench/measure/audit-event.ts';
import type { Budget } from '../../../bench/measure/below-budget.ts';
import { largestPayloadOf, sumHistory } from '../../../bench/measure/history.ts';

const BUDGET: Budget = { namespace: 'shop', name: 'ledger', desiredHealthy: 2 };

function workload(generation: number): SeenWorkload {
  const metadata = { namespace: 'shop', name: 'ledger', uid: 'u', generation };
  return {
    ...{ kind: 'StatefulSet', namespace: 'shop', name: 'ledger', pods: 2, generation },
    budget: BUDGET,
    source: { resource: 'statefulsets', workload: { metadata, spec: {} } },
  };
}

function snapshot(generation: number, revision: string): Snapshot {
  const pods = ['ledger-0', 'ledger-1'].map((name) => ({
    ...{ namespace: 'shop', name, isReady: true, revision },
    uid: `${name} of ${generation}`,
  }));
  return { workloads: [workload(generation)], budgets: [BUDGET], pods };
}

const seconds = (value: number): number => 1_000_000 + value * 1000;

function event(at: number, changed: Partial<AuditEvent>): AuditEvent {
  return {
    ...{ at: seconds(at), receivedAt: seconds(at), user: 'kubelet', verb: 'get' },
    ...{ resource: 'pods', subresource: '', namespace: 'shop', name: '', code: 200 },
    ...changed,
  };
}

const READY = { status: { conditions: [{ type: 'Ready', status: 'True' }] } };

/** A StatefulSet of two, restarted once by a script that asks five times. */
const EVENTS: readonly AuditEvent[] = [
  event(0, { user: 'script-b2', resource: 'statefulsets', name: 'ledger' }),
  event(1, { user: 'script-b2', resource: 'statefulsets', name: 'ledger', verb: 'patch' }),
  ...[1, 0].flatMap((number, index) => {
    const name = `ledger-${number}`;
    const start = 2 + index * 4;
    return [
      event(start, { verb: 'delete', name }),
      event(start + 1, { verb: 'create', subresource: 'binding', name, code: 201 }),
      event(start + 2.5, { verb: 'patch', subresource: 'status', name, body: READY }),
    ];
  }),
  // Reported once more, which makes no other pod of it.
  event(9.5, { verb: 'patch', subresource: 'status', name: 'ledger-0', body: READY }),
  event(2, { user: 'installer', resource: 'customresourcedefinitions' }),
  event(2, { user: 'script-b2', resource: 'statefulsets' }),
  event(3, { user: 'script-b2', resource: 'statefulsets', verb: 'watch' }),
  event(10, { user: 'script-b2', resource: 'statefulsets' }),
  event(11, { user: 'script-b2', resource: 'statefulsets' }),
].sort((a, b) => a.at - b.at);

function figuresOf(changed: Partial<Parameters<typeof figureRound>[0]> = {}): RoundFigures {
  return figureRound({
    contender: { users: new Set(['script-b2']), installers: new Set(['installer']) },
    run: { from: seconds(0), to: seconds(10), cpuSeconds: 0.07 },
    revision: '1-26-1',
    events: EVENTS,
    before: snapshot(4, '1-25-1'),
    after: snapshot(5, '1-26-1'),
    ...changed,
  });
}

describe('the figures of a round', () => {
  it('are what was seen and logged', () => {
    expect(figuresOf()).toMatchObject({
      workloads: 1,
      moveSeconds: 7.5,
      wholeSeconds: 10,
      requests: 5,
      moveRequests: 4,
      installRequests: 1,
      mostAskedFor: 'get statefulsets 3, patch statefulsets 1, watch statefulsets 1',
      cpuSeconds: 0.07,
      moveCpuSeconds: 0.07,
      eachSeconds: [7.5],
      secondsBelowBudget: 5,
      budgetsBroken: 1,
      mostInOneSecond: 1,
      mostInTenSeconds: 2,
      onTarget: 2,
      notOnTarget: 0,
      podsMade: 2,
      podsMadeAgain: 0,
      podsLost: 0,
      untouched: 0,
      mostGenerations: 1,
    });
  });

  it('show a workload of which a pod is the one of before', () => {
    const after = snapshot(5, '1-26-1');
    const [kept] = snapshot(4, '1-25-1').pods;
    const pods = [...(kept === undefined ? [] : [kept]), ...after.pods.slice(1)];

    expect(figuresOf({ after: { ...after, pods } })).toMatchObject({ untouched: 1 });
  });

  it('show pods that are not on the revision wanted', () => {
    expect(figuresOf({ after: snapshot(5, '1-25-1') })).toMatchObject({
      onTarget: 0,
      notOnTarget: 2,
    });
  });
});

describe('processor time from the first restart on', () => {
  const sample = (at: number, used: number) => ({ at: seconds(at), seconds: used });
  const run = { from: seconds(0), to: seconds(10), cpuSeconds: 3 };

  it('is without what had been used by the last look before', () => {
    const cpuSamples = [sample(0, 0.5), sample(0.9, 1), sample(1.4, 1.5)];

    expect(figuresOf({ run })).toMatchObject({ moveCpuSeconds: 3 });
    expect(figuresOf({ run: { ...run, cpuSamples } })).toMatchObject({ moveCpuSeconds: 2 });
  });

  it('is unknown where nobody could tell', () => {
    const unknown = figuresOf({ run: { ...run, cpuSeconds: undefined } });

    expect(unknown.moveCpuSeconds).toBeUndefined();
  });
});

describe('the history of a run', () => {
  it('is added up over those that continued it, and the largest is known', () => {
    const runs = [
      { events: 100, bytes: 900 },
      { events: 300, bytes: 800 },
    ];

    expect(sumHistory(runs, 7)).toEqual({
      ...{ events: 400, bytes: 1700, runs: 2 },
      ...{ largestRunEvents: 300, largestRunBytes: 900, largestPayload: 7 },
    });
  });

  it('has its largest payload wherever that lies', () => {
    const payload = (length: number) => ({
      metadata: { encoding: new Uint8Array(99) },
      data: new Uint8Array(length),
    });
    const events = [
      { eventId: '1', input: { payloads: [payload(3), payload(12)] } },
      { eventId: '2', failure: { cause: { details: [payload(5)] } } },
    ];

    expect(largestPayloadOf(events)).toBe(12);
    expect(largestPayloadOf([])).toBe(0);
  });
});

const base = figuresOf();
const history = sumHistory([{ events: 150, bytes: 60_000 }], 2000);
const own: RoundFigures = {
  ...base,
  ...{ workloads: 200, requests: 300, moveRequests: 250, cpuSeconds: 6, secondsBelowBudget: 0 },
  ...{ moveSeconds: 60, budgetsBroken: 0, mostInTenSeconds: 70 },
  run: { ...base.run, history, temporalCpuSeconds: 1, peakMegabytes: 250 },
};
const b2: RoundFigures = {
  ...base,
  ...{ workloads: 200, requests: 1000, cpuSeconds: 14, moveSeconds: 60, secondsBelowBudget: 90 },
};

function checksOf(
  changed: Partial<RoundFigures> = {},
  options: Partial<typeof DATA_PLANE_DEFAULTS> = {},
) {
  const groups = groupRounds([
    { contender: 'b2', figures: b2 },
    { contender: 'meshlift', figures: { ...own, ...changed } },
  ]);
  return checkDataPlane(groups, { ...DATA_PLANE_DEFAULTS, ...options });
}

const failed = (checks: ReturnType<typeof checksOf>) =>
  checks.filter(({ ok }) => !ok).map(({ name }) => name);

describe('the checks of the bench', () => {
  it('hold when every goal is reached', () => {
    expect(failed(checksOf())).toEqual([]);
    expect(checksOf()).toEqual(
      expect.arrayContaining([
        {
          name: 'P1 requests, of B2',
          value: 0.3,
          bound: '≤ 0.35 from 1000 workloads',
          ok: true,
        },
        { name: 'P2 time to move, of B2', value: 1, bound: 'aim ≤ 1.05', ok: true },
        { name: 'P3 CPU per workload, of B2', value: 0.429, bound: 'aim ≤ 0.5', ok: true },
        { name: 'b2: seconds below budgets', value: 90, bound: 'reported', ok: true },
      ]),
    );
  });

  it.each<[Partial<RoundFigures>, string]>([
    [{ secondsBelowBudget: 0.1 }, 'P2 seconds below any budget, most'],
    [{ cpuSeconds: undefined }, 'P3 CPU per workload, of B2'],
    [{ mostInTenSeconds: 321 }, 'P9 new ready proxies in any 10 s'],
    [{ mostGenerations: 2 }, 'restarts of one workload, most'],
    [{ podsMadeAgain: 1 }, 'pods made more than once'],
    [{ notOnTarget: 1 }, 'meshlift: pods not on the target, most'],
    [{ untouched: 1 }, 'meshlift: workloads not restarted, most'],
    [
      { run: { ...own.run, history: { ...history, largestRunEvents: 4097 } } },
      'P4 events of the largest run',
    ],
  ])('fall short with %j', (changed, name) => {
    expect(failed(checksOf(changed))).toEqual([name]);
  });

  it.each<[Partial<RoundFigures>, string, string]>([
    [{ moveSeconds: 64 }, 'P2 time to move, of B2', 'aim ≤ 1.05, not reached'],
    [{ cpuSeconds: 7.1 }, 'P3 CPU per workload, of B2', 'aim ≤ 0.5, not reached'],
    [
      { run: { ...own.run, peakMegabytes: 351 } },
      'P7 peak memory of the worker, MB',
      'aim ≤ 350, not reached',
    ],
  ])('tell with %j that an aim was not reached, and do not fail by it', (changed, name, bound) => {
    const checks = checksOf(changed);

    expect(checks).toContainEqual(expect.objectContaining({ name, bound, ok: true }));
    expect(failed(checks)).toEqual([]);
  });
});

describe('the checks of the bench, by what was measured,', () => {
  it('have bounds on history only from a thousand workloads on', () => {
    const bigger = { run: { ...own.run, history: { ...history, events: 201 } } };
    const names = ['P4 events per workload'];

    expect(failed(checksOf(bigger))).toEqual([]);
    expect(failed(checksOf({}, { workloads: 1000 }))).toEqual([]);
    expect(failed(checksOf(bigger, { workloads: 1000 }))).toEqual(names);
  });

  it('compare with nobody who did not take part', () => {
    const alone = groupRounds([{ contender: 'meshlift', figures: own }]);
    const names = checkDataPlane(alone, DATA_PLANE_DEFAULTS).map(({ name }) => name);

    expect(names.some((name) => name.startsWith('P1 requests per'))).toBe(true);
    expect(names.filter((name) => /of B\d$/.test(name))).toEqual([]);
  });

  it('take medians over rounds, and the worst of a bound for each round', () => {
    const rounds = [50, 60, 100].map((moveSeconds, index) => ({
      contender: 'meshlift' as const,
      figures: { ...own, moveSeconds, secondsBelowBudget: index === 0 ? 2 : 0 },
    }));
    const checks = checkDataPlane(
      groupRounds([{ contender: 'b2', figures: b2 }, ...rounds]),
      DATA_PLANE_DEFAULTS,
    );

    expect(checks).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'P2 time to move, of B2', value: 1, ok: true }),
        expect.objectContaining({ name: 'P2 seconds below any budget, most', value: 2, ok: false }),
      ]),
    );
  });

  it('come with what the rig cannot show', () => {
    const text = renderContenders(
      groupRounds([{ contender: 'b2', figures: b2 }]),
      DATA_PLANE_DEFAULTS,
    );

    expect(text).toContain('run no Envoy');
    expect(text).toContain('60.0');
  });
});
