import type { Check } from '../../scripts/show/topic.ts';
import { aim, GOALS_FROM, limit, LIMITS, told } from './limits.ts';
import type { MixedFigures, MixedOptions, Shortcoming } from './mixed-run.ts';
import { DATA_PLANE_DEFAULTS } from './options.ts';
import { PICKS, type PickFigure } from './summary.ts';

const BUDGET_PERCENT = 30;
const SLOW_PERCENT = 10;
const SPAN_SECONDS = 10;

/** That everything moved that can, once and within its budgets, and that nothing but what is to fail did. */
export function checkMixed(
  figures: MixedFigures,
  { workloads, failing }: MixedOptions,
): readonly Check[] {
  const { moved, kept, exceptions, declared } = figures;
  const pick = (figure: PickFigure): number | undefined => figure(moved);
  const byWorkload = (name: string, value: number | undefined, bound: number): Check =>
    workloads >= GOALS_FROM
      ? limit(name, value, bound)
      : told(name, value, `≤ ${bound} from ${GOALS_FROM} workloads`);
  return [
    least('mixed: workloads that a restart moves', moved.workloads, 0.8 * workloads),
    allKinds(figures.kinds),
    least('mixed: budgets', figures.budgets, (BUDGET_PERCENT / 100) * workloads),
    least('mixed: slow workloads', figures.slow, (SLOW_PERCENT / 100) * workloads),
    limit('mixed: workloads not moved', moved.untouched, 0),
    limit('mixed: pods not on the target', moved.notOnTarget, 0),
    limit('mixed: seconds below any budget', moved.secondsBelowBudget, 0),
    limit('mixed: restarts of one workload, most', figures.mostGenerations, 1),
    limit('mixed: pods made more than once', figures.podsMadeAgain, 0),
    told('mixed: pods that the rig itself deleted', moved.podsLost),
    limit('mixed: pods made of what a restart does not move', kept.podsMade, 0),
    ...checkExceptions(exceptions, declared, failing),
    byWorkload(
      'mixed: history events per workload',
      pick(PICKS.eventsPerWorkload),
      LIMITS.eventsPerWorkload,
    ),
    byWorkload(
      'mixed: history bytes per workload',
      pick(PICKS.bytesPerWorkload),
      LIMITS.bytesPerWorkload,
    ),
    limit('mixed: events of the largest run', pick(PICKS.largestRunEvents), LIMITS.runEvents),
    limit('mixed: bytes of the largest payload', pick(PICKS.largestPayload), LIMITS.payloadBytes),
    limit(
      'mixed: new ready proxies in any 10 s',
      moved.mostInTenSeconds,
      DATA_PLANE_DEFAULTS.podsPerSecond * SPAN_SECONDS,
    ),
    told('mixed: seconds', moved.moveSeconds),
    told('mixed: requests per workload', pick(PICKS.requestsPerWorkload)),
    aim('mixed: peak memory of the worker, MB', pick(PICKS.peakMegabytes), LIMITS.peakMegabytes),
  ];
}

function allKinds(found: MixedFigures['kinds']): Check {
  const name = 'mixed: their kinds';
  const bound = MOVED_KINDS.join(', ');
  return {
    name,
    value: found.join(', '),
    bound,
    ok: MOVED_KINDS.every((kind) => found.includes(kind)),
  };
}

const MOVED_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'] as const;

/** How the reason of each reads. */
const REASONS: Readonly<Record<Shortcoming, RegExp>> = {
  crash: /CrashLoopBackOff|crash/i,
  'never-ready': /not there after \d+ s/,
  'no-pods': /no pods/,
  'next-run': /the next run gets the new one/,
  'no-proxy': /not in the mesh/,
};

function checkExceptions(
  exceptions: readonly string[],
  declared: MixedFigures['declared'],
  failing: number,
): readonly Check[] {
  const found = new Map(exceptions.map((text) => [nameOf(text), text]));
  const missing = [...declared.keys()].filter((name) => !found.has(name));
  const others = [...found.keys()].filter((name) => !declared.has(name));
  const fail = [...declared.values()].filter(
    (why) => why === 'crash' || why === 'never-ready',
  ).length;
  const misread = [...declared].filter(([name, why]) => {
    const text = found.get(name);
    return text !== undefined && !REASONS[why].test(text);
  });
  return [
    least('mixed: workloads that fail with the new proxy', fail, failing),
    none('mixed: declared exceptions that the report has not', missing),
    none('mixed: exceptions that were not declared', others),
    none(
      'mixed: exceptions with another reason than declared',
      misread.map(([name]) => name),
    ),
  ];
}

/** `namespace/name: reason`, with a kind before it where there is one. */
function nameOf(exception: string): string {
  return /^(?:[A-Z]\w+ )?([^\s:]+)/.exec(exception)?.[1] ?? exception;
}

function least(name: string, value: number, bound: number): Check {
  return { name, value, bound: `≥ ${bound}`, ok: bound > 0 && value >= bound };
}

function none(name: string, found: readonly string[]): Check {
  const told = found.length === 0 ? 0 : `${found.length}: ${found.slice(0, 5).join(', ')}`;
  return { name, value: told, bound: '0', ok: found.length === 0 };
}
