import type { Check } from '../../scripts/show/topic.ts';
import { ratioOf } from '../measure/statistics.ts';
import { lowerBoundSeconds } from '../measure/time-each.ts';
import type { ContenderName } from './contender.ts';
import { aim, GOALS_FROM, limit, LIMITS, told } from './limits.ts';
import type { DataPlaneOptions } from './options.ts';
import { PICKS, spreadIn, type ContenderRounds, type PickFigure } from './summary.ts';

const B1_GOAL_PARALLEL = 10;
const LONG_SPAN_SECONDS = 10;

type Options = Omit<DataPlaneOptions, 'rounds' | 'b1Rounds' | 'contenders' | 'slowPercent'>;

/**
 * P1 to P4 and P9; medians over the rounds, but where a bound is for each of them. Budgets, restarts
 * and the size of histories must hold; requests, time and processor time are aims, of which is told
 * whether they were reached: they depend on who else uses the machine.
 */
export function checkDataPlane(
  groups: readonly ContenderRounds[],
  options: Options,
): readonly Check[] {
  const ran = (name: ContenderName): boolean => groups.some(({ contender }) => contender === name);
  return [
    ...groups.flatMap((group) => checkMoved(group)),
    ...(ran('meshlift') ? checkMeshlift(groups, options) : []),
    ...scriptFigures(groups),
  ];
}

/** The premise of all figures: everybody did the whole work. */
function checkMoved({ contender, rounds }: ContenderRounds): readonly Check[] {
  const most = (pick: PickFigure): number =>
    Math.max(...rounds.map((each) => pick(each) ?? Number.NaN));
  return [
    limit(`${contender}: pods not on the target, most`, most(PICKS.notOnTarget), 0),
    limit(`${contender}: workloads not restarted, most`, most(PICKS.untouched), 0),
  ];
}

function checkMeshlift(groups: readonly ContenderRounds[], options: Options): readonly Check[] {
  const median = (pick: PickFigure): number | undefined =>
    spreadIn(groups, 'meshlift', pick)?.median;
  const most = (pick: PickFigure): number | undefined => spreadIn(groups, 'meshlift', pick)?.most;
  const isLarge = options.workloads >= GOALS_FROM;
  const byWorkload =
    (check: Judge): Judge =>
    (name, value, bound) =>
      isLarge
        ? check(name, value, bound)
        : told(name, value, `≤ ${bound} from ${GOALS_FROM} workloads`);
  const ratio = (name: string, pick: PickFigure, { to, bound, check = aim }: Ratio): Check[] => {
    const other = spreadIn(groups, to, pick)?.median;
    return other === undefined ? [] : [check(name, ratioOf(median(pick), other), bound)];
  };
  const [largeAim, largeLimit] = [byWorkload(aim), byWorkload(limit)];
  const { requestsPerWorkload, moveSeconds, cpuPerWorkload } = PICKS;
  return [
    limit('restarts of one workload, most', most(PICKS.mostGenerations), 1),
    limit('pods made more than once', most(PICKS.podsMadeAgain), 0),
    told('pods that the rig itself deleted, most', most(PICKS.podsLost)),
    largeAim('P1 requests per workload', median(requestsPerWorkload), LIMITS.requestsPerWorkload),
    told(
      'P1 requests per workload, from the first restart on',
      median(PICKS.moveRequestsPerWorkload),
    ),
    told('P1 requests for the control plane, all in all', median(PICKS.installRequests)),
    ...ratio('P1 requests, of B2', requestsPerWorkload, {
      to: 'b2',
      bound: LIMITS.requestsOfB2,
      check: largeAim,
    }),
    ...ratio('P1 requests, of B3', requestsPerWorkload, {
      to: 'b3',
      bound: LIMITS.requestsOfB3,
      check: largeAim,
    }),
    ...ratio('P2 time to move, of B2', moveSeconds, { to: 'b2', bound: LIMITS.timeOfB2 }),
    ...(options.parallel === B1_GOAL_PARALLEL
      ? ratio('P2 time to move, of B1', moveSeconds, { to: 'b1', bound: LIMITS.timeOfB1 })
      : []),
    ...lowerBound(groups, options),
    limit('P2 seconds below any budget, most', most(PICKS.secondsBelowBudget), 0),
    told('P3 worker CPU seconds per workload', median(cpuPerWorkload)),
    told('P3 the same, from the first restart on', median(PICKS.moveCpuPerWorkload)),
    ...ratio('P3 CPU per workload, of B2', cpuPerWorkload, { to: 'b2', bound: LIMITS.cpuOfB2 }),
    told('P3 Temporal server CPU seconds per workload', median(PICKS.temporalCpuPerWorkload)),
    largeLimit('P4 events per workload', median(PICKS.eventsPerWorkload), LIMITS.eventsPerWorkload),
    largeLimit('P4 bytes per workload', median(PICKS.bytesPerWorkload), LIMITS.bytesPerWorkload),
    limit('P4 events of the largest run', most(PICKS.largestRunEvents), LIMITS.runEvents),
    limit('P4 bytes of the largest run', most(PICKS.largestRunBytes), LIMITS.runBytes),
    limit('P4 bytes of the largest payload', most(PICKS.largestPayload), LIMITS.payloadBytes),
    aim('P7 peak memory of the worker, MB', most(PICKS.peakMegabytes), LIMITS.peakMegabytes),
    ...checkPace(groups, options),
  ];
}

function checkPace(
  groups: readonly ContenderRounds[],
  { podsPerSecond }: Options,
): readonly Check[] {
  const most = (pick: PickFigure): number | undefined => spreadIn(groups, 'meshlift', pick)?.most;
  return [
    limit(
      'P9 new ready proxies in any 10 s',
      most(PICKS.mostInTenSeconds),
      podsPerSecond * LONG_SPAN_SECONDS,
    ),
    told('P9 new ready proxies in any 1 s (the budget is over 10 s)', most(PICKS.mostInOneSecond)),
  ];
}

interface Ratio {
  readonly to: ContenderName;
  readonly bound: number;
  readonly check?: Judge;
}

type Judge = (name: string, value: number | undefined, bound: number) => Check;

/**
 * B1 restarts each workload while nothing else happens, which tells how long it takes alone. The API
 * server and its controllers have two cores here and serve everybody's pods on them: nobody comes near
 * this bound on the rig, so it is reported only.
 */
function lowerBound(groups: readonly ContenderRounds[], { parallel }: Options): readonly Check[] {
  const pick: PickFigure = ({ eachSeconds }) => lowerBoundSeconds(eachSeconds, parallel);
  const bound = spreadIn(groups, 'b1', pick)?.median;
  if (bound === undefined) return [];
  const own = spreadIn(groups, 'meshlift', PICKS.moveSeconds)?.median;
  return [
    told('P2 lower bound by the pods’ own time, s', bound),
    told('P2 time to move, of the lower bound', ratioOf(own, bound), '≤ 1.15 where cores are free'),
  ];
}

/** What is shown beside meshlift's own figures. */
function scriptFigures(groups: readonly ContenderRounds[]): readonly Check[] {
  return groups
    .filter(({ contender }) => contender !== 'meshlift')
    .flatMap(({ contender }): Check[] => {
      const spread = (pick: PickFigure) => spreadIn(groups, contender, pick);
      return [
        told(`${contender}: requests per workload`, spread(PICKS.requestsPerWorkload)?.median),
        told(`${contender}: CPU seconds per workload`, spread(PICKS.cpuPerWorkload)?.median),
        told(`${contender}: seconds below budgets`, spread(PICKS.secondsBelowBudget)?.median),
        told(`${contender}: new ready proxies in any 10 s`, spread(PICKS.mostInTenSeconds)?.most),
      ];
    });
}
