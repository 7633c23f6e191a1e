import { resolveShare, type IntOrPercent } from './resolve-share.ts';

/** Each has its reason in the report; more than so many is no exception any more. */
const MOST = 200;

/** How many of a wave's workloads may fail before the wave has: a number, or a part of them, rounded down. */
export function toleratedFailures(
  maxFailures: IntOrPercent | undefined,
  workloads: number,
): number {
  if (maxFailures === undefined) return 0;
  return Math.min(MOST, resolveShare(maxFailures, workloads, 'down'));
}
