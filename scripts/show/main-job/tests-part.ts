import { listUnclean, withFreshClone } from '../fresh-clone.ts';
import { runCommand } from '../run-command.ts';
import { atMost, exactly, type Check, type Part, type PartOptions } from '../topic.ts';

const TESTS_LIMIT_SECONDS = 1_800;
const HANGS_AFTER_MINUTES = 75;
const COUNTS = /^(\d+) passed, (\d+) failed, (\d+) skipped$/;

export const testsPart: Part = {
  name: 'tests',
  title: '`npm test` in a fresh clone, where nothing else was run before; up to 30 minutes',
  run: async (options) => withFreshClone(options, (clone) => runTests(clone, options)),
};

async function runTests(clone: string, { signal }: PartOptions): Promise<readonly Check[]> {
  const options = { cwd: clone, signal, limitMinutes: HANGS_AFTER_MINUTES };
  const tests = await runCommand(['npm', 'test'], options);
  const unclean = await listUnclean(clone, signal);
  return [
    exactly('tests: exit code', tests.exitCode ?? 'none', 0),
    checkCounts(tests.stdout),
    atMost('tests: seconds', tests.seconds, { limit: TESTS_LIMIT_SECONDS, unit: ' s' }),
    exactly('tests: git status --porcelain, lines', unclean.length, 0),
  ];
}

/** The closing line of a test run. */
export function checkCounts(stdout: string): Check {
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  const [, passed, failed] = COUNTS.exec(line) ?? [];
  return {
    name: 'tests: last line',
    value: line.slice(0, 80),
    bound: 'some passed, 0 failed',
    ok: Number(passed) > 0 && failed === '0',
  };
}
