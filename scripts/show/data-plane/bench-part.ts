import type { DataPlaneOptions } from '../../../bench/data-plane/options.ts';
import type { Check, Part, PartOptions } from '../topic.ts';

/** `b1` restarts one after another: two rounds of it take as long as all five of the others. */
const SMALL: Partial<DataPlaneOptions> = { workloads: 200, rounds: 5, b1Rounds: 2 };
const LARGE: Partial<DataPlaneOptions> = {
  workloads: 1000,
  rounds: 1,
  contenders: ['b2', 'b3', 'meshlift'],
};

export const benchPart: Part = {
  name: 'bench',
  title:
    'beside kubectl scripts: 200 workloads in five rounds (about 65 minutes), 1,000 once (about 30)',
  run: async (run) => [
    ...(await bench('bench 200', SMALL, run)),
    ...(await bench('bench 1000', LARGE, run)),
  ],
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
