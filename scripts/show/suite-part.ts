import { ROOT } from '../lib/run-node.ts';
import type { StageName } from '../lib/stages.ts';
import { checkCounts } from './main-job/tests-part.ts';
import { runCommand } from './run-command.ts';
import { exactly, reported, type Check, type Part, type PartOptions } from './topic.ts';

const HANGS_AFTER_MINUTES = 45;

/** The tests of one stage whose files match a pattern. */
export interface Suite {
  readonly stage: Extract<StageName, 'unit' | 'e2e' | 'data-plane'>;
  readonly pattern: string;
}

/** A part that is shown by the tests about it: they pass, and there are some for each pattern. */
export function suitePart(
  name: string,
  title: string,
  ...suites: readonly [Suite, ...Suite[]]
): Part {
  return {
    name,
    title,
    run: async (options) => {
      const checks: Check[] = [];
      for (const suite of suites) {
        const called = suites.length === 1 ? name : `${name}, ${suite.pattern}`;
        checks.push(...(await runSuite(called, suite, options)));
      }
      return checks;
    },
  };
}

async function runSuite(
  name: string,
  { stage, pattern }: Suite,
  { signal }: PartOptions,
): Promise<readonly Check[]> {
  const options = { cwd: ROOT, signal, limitMinutes: HANGS_AFTER_MINUTES };
  const tests = await runCommand(['npm', 'test', '--', stage, pattern], options);
  return [
    exactly(`${name}: exit code`, tests.exitCode ?? 'none', 0),
    { ...checkCounts(tests.stdout), name: `${name}: last line` },
    reported(`${name}: seconds`, tests.seconds),
  ];
}
