import { ROOT } from '../../lib/run-node.ts';
import { checkCounts } from '../main-job/tests-part.ts';
import { runCommand } from '../run-command.ts';
import { exactly, type Check, type Part } from '../topic.ts';

const HANGS_AFTER_MINUTES = 30;

/** A part that is shown by the tests about it: they pass, and there are some. */
export function suitePart(
  name: string,
  title: string,
  { stage, pattern }: { readonly stage: 'unit' | 'e2e'; readonly pattern: string },
): Part {
  return {
    name,
    title,
    run: async ({ signal }): Promise<readonly Check[]> => {
      const options = { cwd: ROOT, signal, limitMinutes: HANGS_AFTER_MINUTES };
      const tests = await runCommand(['npm', 'test', '--', stage, pattern], options);
      return [
        exactly(`${name}: exit code`, tests.exitCode ?? 'none', 0),
        { ...checkCounts(tests.stdout), name: `${name}: last line` },
      ];
    },
  };
}
