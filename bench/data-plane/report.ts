import Table from 'cli-table3';
import type { Spread } from '../measure/statistics.ts';
import type { DataPlaneOptions } from './options.ts';
import { PICKS, spreadIn, type ContenderRounds, type PickFigure } from './summary.ts';

/** How the figures are to be read; printed with every result. */
export const LIMITS_OF_THE_RIG = [
  'KWOK plays the kubelet: pods pull no image and run no Envoy, so the time of a pod is made up and no traffic is',
  'counted. API server, controllers, scheduler, injection by two real istiods, budgets and Temporal are real, on one',
  'machine that they share with whoever is measured. Before a script’s turn the bench itself moves the selectors.',
].join('\n');

const COLUMNS: readonly (readonly [string, PickFigure])[] = [
  ['moving s', PICKS.moveSeconds],
  ['whole s', PICKS.wholeSeconds],
  ['requests / workload', PICKS.requestsPerWorkload],
  ['CPU s / workload', PICKS.cpuPerWorkload],
  ['s below budgets', PICKS.secondsBelowBudget],
  ['new ready in 10 s', PICKS.mostInTenSeconds],
];

/** One line for each contender: medians, with the least and the most behind them. */
export function renderContenders(
  groups: readonly ContenderRounds[],
  { workloads, rounds, parallel }: DataPlaneOptions,
): string {
  const table = new Table({
    head: ['', ...COLUMNS.map(([title]) => title)],
    style: { head: [], border: [] },
  });
  for (const { contender } of groups) {
    table.push([
      contender,
      ...COLUMNS.map(([, pick]) => describeSpread(spreadIn(groups, contender, pick))),
    ]);
  }
  const head = `${workloads} workloads, ${rounds} rounds, ${parallel} at once; median (least to most)`;
  return `${head}\n${table.toString()}\n${LIMITS_OF_THE_RIG}\n`;
}

function describeSpread(spread: Spread | undefined): string {
  if (spread === undefined) return 'unknown';
  const { median, least, most } = spread;
  return least === most
    ? digits(median)
    : `${digits(median)} (${digits(least)} to ${digits(most)})`;
}

function digits(value: number): string {
  return value === 0 ? '0' : value.toPrecision(value >= 100 ? 4 : 3);
}
