import { ROOT } from '../lib/run-node.ts';
import { checkCounts } from './main-job/tests-part.ts';
import { checkFigures } from './figures.ts';
import { runCommand } from './run-command.ts';
import { exactly, reported, type Check, type Part, type PartOptions, type Suite } from './topic.ts';

const HANGS_AFTER_MINUTES = 45;

/** A part that is shown by the tests about it: they pass, and there are some for each pattern. */
export function suitePart(
  name: string,
  title: string,
  ...suites: readonly [Suite, ...Suite[]]
): Part {
  return {
    name,
    title,
    suites,
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
  { stage, pattern, figures = {} }: Suite,
  { signal }: PartOptions,
): Promise<readonly Check[]> {
  const options = { cwd: ROOT, signal, limitMinutes: HANGS_AFTER_MINUTES };
  const tests = await runCommand(['npm', 'test', '--', stage, pattern], options);
  return [
    exactly(`${name}: exit code`, tests.exitCode ?? 'none', 0),
    { ...checkCounts(tests.stdout), name: `${name}: last line` },
    reported(`${name}: seconds`, tests.seconds),
    ...checkFigures(tests.stdout, figures),
  ];
}
