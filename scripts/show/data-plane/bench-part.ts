import type { DataPlaneOptions } from '../../../bench/data-plane/options.ts';
import type { Check, Part, PartOptions } from '../topic.ts';

/** `b1` restarts one after another: one round of it takes nearly as long as three of all the others. */
const SMALL: Partial<DataPlaneOptions> = { workloads: 200, rounds: 5, b1Rounds: 1 };
const LARGE: Partial<DataPlaneOptions> = {
  workloads: 1000,
  rounds: 1,
  contenders: ['b2', 'b3', 'meshlift'],
};

export const benchPart: Part = {
  name: 'bench',
  title: 'beside kubectl scripts: 200 workloads in five rounds; about an hour',
  run: (run) => bench('bench 200', SMALL, run),
};

export const benchLargePart: Part = {
  name: 'bench-1000',
  title: 'beside kubectl scripts: 1,000 workloads once; about 40 minutes',
  run: (run) => bench('bench 1000', LARGE, run),
};

async function bench(
  name: string,
  options: Partial<DataPlaneOptions>,
  run: PartOptions,
): Promise<readonly Check[]> {
  const { benchDataPlane } = await import('../../../bench/data-plane/bench-data-plane.ts');
  const { DATA_PLANE_DEFAULTS } = await import('../../../bench/data-plane/options.ts');
  const { checks, text } = await benchDataPlane({ ...DATA_PLANE_DEFAULTS, ...options }, run);
  run.say(text);
  return checks.map((check) => ({ ...check, name: `${name}: ${check.name}` }));
}
