import type { Check } from '../../scripts/show/topic.ts';
import { checkDataPlane } from './checks.ts';
import type { BenchRun } from './bench-rig.ts';
import { measureDataPlane } from './data-plane.ts';
import type { DataPlaneOptions } from './options.ts';
import { renderContenders } from './report.ts';
import { groupRounds } from './summary.ts';

export interface DataPlaneBench {
  readonly checks: readonly Check[];
  /** A table of the contenders, for people. */
  readonly text: string;
}

/** Measures, and compares with what is promised; about 5 minutes a round of 200 workloads with all contenders. */
export async function benchDataPlane(
  options: DataPlaneOptions,
  run: BenchRun,
): Promise<DataPlaneBench> {
  const groups = groupRounds(await measureDataPlane(options, run));
  return { checks: checkDataPlane(groups, options), text: renderContenders(groups, options) };
}
