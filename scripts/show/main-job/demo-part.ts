import { rigStatus } from '../../../rig/commands/status.ts';
import { DEMO_RIG } from '../../../rig/demo/stage.ts';
import { RUN_VARIABLE, runMarker } from '../../lib/leftovers.ts';
import { listUnclean, withFreshClone } from '../fresh-clone.ts';
import { watchProcesses } from '../process-watch.ts';
import { runCommand } from '../run-command.ts';
import { atMost, exactly, type Check, type Part, type PartOptions } from '../topic.ts';
import { checkDemoResult } from './demo-result.ts';

/** With the tools built; the dependencies are installed within it, as for a newcomer. */
const DEMO_LIMIT_SECONDS = 300;
/** More, and the demo hangs; a slow one is to be measured, not ended. */
const HANGS_AFTER_MINUTES = 20;
/** The rig alone has more processes: fewer seen means that the watch did not work. */
const FEWEST_PROCESSES = 8;

export const demoPart: Part = {
  name: 'demo',
  title: '`npm run demo -- --yes` in a fresh clone, dependencies included; about 4 minutes',
  run: async (options) => withFreshClone(options, (clone) => runDemo(clone, options)),
};

async function runDemo(clone: string, { signal }: PartOptions): Promise<readonly Check[]> {
  const marker = runMarker();
  const watch = watchProcesses({ rig: DEMO_RIG, marker });
  const demo = await runCommand(['npm', 'run', '-s', 'demo', '--', '--yes', '--output', 'json'], {
    cwd: clone,
    signal,
    limitMinutes: HANGS_AFTER_MINUTES,
    env: { [RUN_VARIABLE]: marker },
  });
  const processes = watch.end();
  const unclean = await listUnclean(clone, signal);
  return [
    exactly('demo: exit code', demo.exitCode ?? 'none', 0),
    atMost('demo: seconds, npm ci included', demo.seconds, {
      limit: DEMO_LIMIT_SECONDS,
      unit: ' s',
    }),
    ...checkDemoResult(demo.stdout),
    {
      name: 'demo: processes left',
      value: `${processes.left.length} of ${processes.seen} seen${list(processes.left)}`,
      bound: `0 of ${FEWEST_PROCESSES} or more`,
      ok: processes.left.length === 0 && processes.seen >= FEWEST_PROCESSES,
    },
    exactly('demo: its rig afterwards', rigStatus(DEMO_RIG).state, 'down'),
    exactly('demo: git status --porcelain, lines', unclean.length, 0),
  ];
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `: ${items.join('; ')}`;
}
