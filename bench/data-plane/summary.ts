import { spreadOf, type Spread } from '../measure/statistics.ts';
import { CONTENDERS, type ContenderName } from './contender.ts';
import type { RoundFigures } from './round-figures.ts';

export interface ContenderRounds {
  readonly contender: ContenderName;
  readonly rounds: readonly RoundFigures[];
}

/** The rounds of each contender that took part. */
export function groupRounds(
  measured: readonly { readonly contender: ContenderName; readonly figures: RoundFigures }[],
): readonly ContenderRounds[] {
  return CONTENDERS.flatMap((contender): ContenderRounds[] => {
    const rounds = measured
      .filter((each) => each.contender === contender)
      .map(({ figures }) => figures);
    return rounds.length === 0 ? [] : [{ contender, rounds }];
  });
}

export type PickFigure = (figures: RoundFigures) => number | undefined;

/** Over the rounds of one contender; undefined when it did not take part, or nobody could tell. */
export function spreadIn(
  groups: readonly ContenderRounds[],
  contender: ContenderName,
  pick: PickFigure,
): Spread | undefined {
  const rounds = groups.find((group) => group.contender === contender)?.rounds ?? [];
  const values = rounds.map(pick);
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length ? spreadOf(known) : undefined;
}

/** What is compared, by workload where it grows with them. */
export const PICKS = {
  requestsPerWorkload: ({ requests, workloads }) => requests / workloads,
  moveRequestsPerWorkload: ({ moveRequests, workloads }) => moveRequests / workloads,
  installRequests: ({ installRequests }) => installRequests,
  moveSeconds: ({ moveSeconds }) => moveSeconds,
  wholeSeconds: ({ wholeSeconds }) => wholeSeconds,
  cpuPerWorkload: ({ cpuSeconds, workloads }) =>
    cpuSeconds === undefined ? undefined : cpuSeconds / workloads,
  moveCpuPerWorkload: ({ moveCpuSeconds, workloads }) =>
    moveCpuSeconds === undefined ? undefined : moveCpuSeconds / workloads,
  secondsBelowBudget: ({ secondsBelowBudget }) => secondsBelowBudget,
  mostInOneSecond: ({ mostInOneSecond }) => mostInOneSecond,
  mostInTenSeconds: ({ mostInTenSeconds }) => mostInTenSeconds,
  eventsPerWorkload: ({ run: { history }, workloads }) =>
    history === undefined ? undefined : history.events / workloads,
  bytesPerWorkload: ({ run: { history }, workloads }) =>
    history === undefined ? undefined : history.bytes / workloads,
  largestRunEvents: ({ run: { history } }) => history?.largestRunEvents,
  largestRunBytes: ({ run: { history } }) => history?.largestRunBytes,
  largestPayload: ({ run: { history } }) => history?.largestPayload,
  temporalCpuPerWorkload: ({ run: { temporalCpuSeconds }, workloads }) =>
    temporalCpuSeconds === undefined ? undefined : temporalCpuSeconds / workloads,
  peakMegabytes: ({ run: { peakMegabytes } }) => peakMegabytes,
  notOnTarget: ({ notOnTarget }) => notOnTarget,
  untouched: ({ untouched }) => untouched,
  podsMadeAgain: ({ podsMadeAgain }) => podsMadeAgain,
  podsLost: ({ podsLost }) => podsLost,
  mostGenerations: ({ mostGenerations }) => mostGenerations,
} as const satisfies Readonly<Record<string, PickFigure>>;
