import { TARGET } from '../../e2e/support/runs.ts';
import { describeSweep } from './support/sweep.ts';
import { versionsOf } from './support/small-mesh.ts';
import { IN_PLACE } from './support/sweep-points.ts';

/** Nothing is deleted on the way, so every step can be taken back. */
describeSweep({
  strategy: 'in-place',
  mesh: { version: '1.25.1', revision: 'default' },
  points: IN_PLACE,
  pastReturn: [],
  leftovers: async (bench) => (await versionsOf(bench)).filter((version) => version === TARGET),
});
