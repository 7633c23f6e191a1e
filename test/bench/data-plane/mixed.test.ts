import { describe, expect, it } from '@jest/globals';
import { checkMixed } from '../../../bench/data-plane/mixed-checks.ts';
import type { MixedFigures } from '../../../bench/data-plane/mixed-run.ts';
import type { RoundFigures } from '../../../bench/data-plane/round-figures.ts';

const MOVED: RoundFigures = {
  ...{
    workloads: 880,
    podsMade: 2400,
    podsMadeAgain: 0,
    podsLost: 0,
    untouched: 0,
    mostPerWorkload: 1,
  },
  ...{ moveSeconds: 480, wholeSeconds: 520, requests: 1600, moveRequests: 1500 },
  ...{ installRequests: 300, mostAskedFor: '', mostAskedForInMove: '' },
  ...{ cpuSeconds: 60, moveCpuSeconds: 55, eachSeconds: [] },
  ...{ secondsBelowBudget: 0, budgetsBroken: 0, mostInOneSecond: 13, mostInTenSeconds: 73 },
  ...{ onTarget: 2400, notOnTarget: 0, mostGenerations: 1 },
  run: {
    ...{ from: 0, to: 1, cpuSeconds: 60, peakMegabytes: 300 },
    history: {
      ...{ events: 180, bytes: 110_000, runs: 1 },
      ...{ largestRunEvents: 180, largestRunBytes: 110_000, largestPayload: 26_000 },
    },
  },
};

const FIGURES: MixedFigures = {
  moved: MOVED,
  kinds: ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'],
  kept: { podsMade: 0, podsMadeAgain: 0, podsLost: 0, mostPerWorkload: 0 },
  ...{ podsMadeAgain: 0, mostGenerations: 1, budgets: 300, slow: 100 },
  declared: new Map([
    ['a/one', 'crash'],
    ['a/two', 'never-ready'],
    ['a/none', 'no-pods'],
    ['a/nightly', 'next-run'],
    ['a/apart', 'no-proxy'],
  ]),
  exceptions: [
    'Deployment a/one: pod one-x is in CrashLoopBackOff with 1 restart',
    'Deployment a/two: not there after 181 s: 1 of 2 pods new',
    'Deployment a/none: it has no pods now; the next ones will get the new proxy',
    'CronJob a/nightly: what runs now keeps its proxy until it ends; the next run gets the new one',
    'Deployment a/apart: it is not in the mesh: no injection webhook selects it',
  ],
};

function shortfalls(changed: Partial<MixedFigures>, workloads = 1000): readonly string[] {
  const checks = checkMixed({ ...FIGURES, ...changed }, { workloads, failing: 2 });
  return checks.filter(({ ok }) => !ok).map(({ name }) => name.replace('mixed: ', ''));
}

const [crash = '', late = '', ...others] = FIGURES.exceptions;
const moved = (changed: Partial<RoundFigures>): Partial<MixedFigures> => ({
  moved: { ...MOVED, ...changed },
});

describe('the upgrade of a mixed farm', () => {
  it('holds when all moved once, within budgets, and the declared ones are the exceptions', () => {
    expect(shortfalls({})).toEqual([]);
  });

  it.each<[string, Partial<MixedFigures>]>([
    ['workloads not moved', moved({ untouched: 1 })],
    ['pods not on the target', moved({ notOnTarget: 1 })],
    ['seconds below any budget', moved({ secondsBelowBudget: 0.5 })],
    ['restarts of one workload, most', { mostGenerations: 2 }],
    ['pods made more than once', { podsMadeAgain: 1 }],
    ['pods made of what a restart does not move', { kept: { ...FIGURES.kept, podsMade: 1 } }],
    ['their kinds', { kinds: ['Deployment', 'StatefulSet', 'DaemonSet'] }],
    ['budgets', { budgets: 299 }],
    ['slow workloads', { slow: 99 }],
    ['workloads that a restart moves', moved({ workloads: 799 })],
    ['declared exceptions that the report has not', { exceptions: [crash, ...others] }],
    [
      'exceptions that were not declared',
      { exceptions: [crash, late, ...others, 'Deployment b/other: gone'] },
    ],
    [
      'exceptions with another reason than declared',
      { exceptions: [crash.replace('one', 'two'), late.replace('two', 'one'), ...others] },
    ],
    ['new ready proxies in any 10 s', moved({ mostInTenSeconds: 321 })],
    [
      'events of the largest run',
      moved({
        run: { ...MOVED.run, history: { ...history(), largestRunEvents: 4097 } },
      }),
    ],
    [
      'history events per workload',
      moved({ run: { ...MOVED.run, history: { ...history(), events: 881 } } }),
    ],
    [
      'history bytes per workload',
      moved({ run: { ...MOVED.run, history: { ...history(), bytes: 401 * 880 } } }),
    ],
  ])('falls short by its %s alone', (name, changed) => {
    expect(shortfalls(changed)).toEqual([name]);
  });
});

describe('the checks of a mixed farm', () => {
  it('with fewer workloads hold nobody to goals by the workload', () => {
    const many = moved({ run: { ...MOVED.run, history: { ...history(), events: 881 } } });

    expect(shortfalls(many)).toEqual(['history events per workload']);
    expect(shortfalls({ ...many, budgets: 300 }, 999)).toEqual([]);
  });

  it('fall short where fewer fail than were asked for', () => {
    const declared = new Map([['a/one', 'crash'] as const]);

    expect(shortfalls({ declared, exceptions: [crash] })).toEqual([
      'workloads that fail with the new proxy',
    ]);
  });

  it('tell of a worker that took more memory than aimed at, and do not fail by it', () => {
    const run = { ...MOVED.run, peakMegabytes: 351 };
    const checks = checkMixed({ ...FIGURES, ...moved({ run }) }, { workloads: 1000, failing: 2 });

    expect(checks).toContainEqual({
      ...{ name: 'mixed: peak memory of the worker, MB', value: 351 },
      ...{ bound: 'aim ≤ 350, not reached', ok: true },
    });
  });
});

function history(): NonNullable<RoundFigures['run']['history']> {
  if (MOVED.run.history === undefined) throw new Error('expected a history');
  return MOVED.run.history;
}
