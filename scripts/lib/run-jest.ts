import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { COUNTS_VARIABLE } from '../jest-reporter.ts';
import { addCounts, isCounts, NONE, ONE_FAILED, type Counts } from './counts.ts';
import { ROOT, runNode } from './run-node.ts';

export interface JestRun {
  /** Globs below the repository; a leading `!` takes files out. */
  readonly files: readonly string[];
  /** Only test files whose path matches one of these. */
  readonly patterns: readonly string[];
  readonly inBand: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly limitMinutes: number;
}

/** Runs jest and counts its tests; a run that ends badly without a failed test counts as one. */
export async function runJest(options: JestRun): Promise<Counts> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'meshlift-test-'));
  const countsFile = path.join(folder, 'counts.json');
  try {
    const env = { ...options.env, [COUNTS_VARIABLE]: countsFile };
    const { code, timedOut } = await runNode({ ...options, args: jestArguments(options), env });
    const counts = readCounts(countsFile);
    if (timedOut) {
      console.error(`jest was ended after ${options.limitMinutes} minutes`);
      return addCounts(counts, ONE_FAILED);
    }
    return code !== 0 && counts.failed === 0 ? addCounts(counts, ONE_FAILED) : counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function jestArguments({ files, patterns, inBand }: JestRun): readonly string[] {
  return [
    // Activities load packages that exist as ES modules only.
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    path.join('node_modules', 'jest', 'bin', 'jest.js'),
    '--ci',
    '--reporters=default',
    `--reporters=${path.join(ROOT, 'scripts', 'jest-reporter.ts')}`,
    // Those that wait for a server leave their core to the others.
    ...(inBand ? ['--runInBand'] : [`--maxWorkers=${Math.max(2, os.availableParallelism())}`]),
    ...files.flatMap((glob) => ['--testMatch', toAbsolute(glob)]),
    ...(patterns.length > 0 ? ['--testPathPatterns', ...patterns] : []),
  ];
}

/** jest knows `<rootDir>` only at the beginning, which a negation takes. */
function toAbsolute(glob: string): string {
  return glob.startsWith('!') ? `!**/${glob.slice(1)}` : `<rootDir>/${glob}`;
}

function readCounts(file: string): Counts {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isCounts(value) ? value : NONE;
  } catch {
    // No test file matched, or jest ended before it could report.
    return NONE;
  }
}
