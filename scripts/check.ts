import { runStages } from './lib/run-stages.ts';
import { STAGES } from './lib/stages.ts';

/** What to run before each commit: all that needs no rig. */
const stages = STAGES.filter(({ name, isApart }) => name !== 'e2e' && !isApart);

process.exit(await runStages({ stages, patterns: [] }));
