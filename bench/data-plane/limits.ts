import type { Check } from '../../scripts/show/topic.ts';

/** Goals by the workload are given from this size on: what a run costs once is no part of them. */
export const GOALS_FROM = 1000;
export const LIMITS = {
  requestsPerWorkload: 1.6,
  requestsOfB2: 0.35,
  requestsOfB3: 0.55,
  timeOfB2: 1.05,
  /** With ten at once; with another number of them the goal is another one. */
  timeOfB1: 0.12,
  cpuOfB2: 0.5,
  eventsPerWorkload: 1,
  bytesPerWorkload: 400,
  runEvents: 4096,
  runBytes: 4 * 1024 * 1024,
  payloadBytes: 128 * 1024,
  /** Of a worker, whatever the size of the mesh. */
  peakMegabytes: 350,
} as const;

/** Not above the bound; a figure that nobody could take falls short. */
export function limit(name: string, value: number | undefined, bound: number): Check {
  if (value === undefined || Number.isNaN(value)) {
    return { name, value: 'not measured', bound: `≤ ${bound}`, ok: false };
  }
  return { name, value: rounded(value), bound: `≤ ${bound}`, ok: value <= bound };
}

/** What is aimed at and reported: a figure above it falls short of the aim alone, one that is missing of all. */
export function aim(name: string, value: number | undefined, most: number): Check {
  const { ok: isReached, ...check } = limit(name, value, most);
  const isMeasured = value !== undefined && !Number.isNaN(value);
  return { ...check, bound: `aim ≤ ${most}${isReached ? '' : ', not reached'}`, ok: isMeasured };
}

/** Without a bound of its own. */
export function told(name: string, value: number | undefined, bound = 'reported'): Check {
  return { name, value: value === undefined ? 'not measured' : rounded(value), bound, ok: true };
}

function rounded(value: number): number {
  return Number(value.toPrecision(value >= 1000 ? 6 : 3));
}
