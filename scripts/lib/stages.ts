import path from 'node:path';
import { ensureTools } from '../../rig/build-tools.ts';
import { ONE_FAILED, ONE_PASSED, ONE_SKIPPED, type Counts } from './counts.ts';
import { runJest } from './run-jest.ts';
import { runNode } from './run-node.ts';
import { testEnvironment } from './test-environment.ts';
import { bundleWorkflows, formatMegabytes } from './workflow-bundle.ts';

export interface StageOptions {
  /** Path patterns of test files; only the stages that run jest look at them. */
  readonly patterns: readonly string[];
  /** What the processes of this run are recognised by. */
  readonly marker: string;
  readonly signal: AbortSignal;
}

export interface Stage {
  readonly name: StageName;
  /** What it does, for people. */
  readonly title: string;
  /** Whether it takes test file patterns. */
  readonly takesPatterns: boolean;
  /** Whether it runs only where it is named: it takes too long for every run. */
  readonly isApart: boolean;
  readonly run: (options: StageOptions) => Promise<Counts>;
}

export const STAGE_NAMES = [
  'format',
  'lint',
  'types',
  'bundle',
  'unit',
  'e2e',
  'data-plane',
  'ways-back',
  'gates-and-time',
] as const;
export type StageName = (typeof STAGE_NAMES)[number];

export const STAGES: readonly Stage[] = [
  tool('format', 'every file is formatted (prettier)', 'prettier/bin/prettier.cjs', [
    '--check',
    '--log-level=warn',
    '.',
  ]),
  tool('lint', 'rules and import walls (eslint)', 'eslint/bin/eslint.js', ['.']),
  tool('types', 'types (tsc)', 'typescript/bin/tsc', ['-p', 'tsconfig.json']),
  {
    name: 'bundle',
    title: 'the workflows bundle for their sandbox',
    takesPatterns: false,
    isApart: false,
    run: bundle,
  },
  {
    name: 'unit',
    title: 'tests without a rig (jest)',
    takesPatterns: true,
    isApart: false,
    run: unit,
  },
  {
    name: 'e2e',
    title: 'tests on a real mesh: the rig (jest, one file at a time)',
    takesPatterns: true,
    isApart: false,
    run: (options) => onRig('test/e2e', options),
  },
  {
    name: 'data-plane',
    title: 'long tests of waves on the rig (jest, one file at a time)',
    takesPatterns: true,
    isApart: true,
    run: (options) => onRig('test/slow/data-plane', options),
  },
  {
    name: 'ways-back',
    title: 'long tests of ways back on the rig (jest, one file at a time)',
    takesPatterns: true,
    isApart: true,
    run: (options) => onRig('test/slow/ways-back', options),
  },
  {
    name: 'gates-and-time',
    title: 'windows on the rig, and how soon decisions hold, which wants a quiet machine (jest)',
    takesPatterns: true,
    isApart: true,
    run: (options) => onRig('test/slow/gates-and-time', options),
  },
];

const TOOL_LIMIT_MINUTES = 10;
const UNIT_LIMIT_MINUTES = 30;
const RIG_LIMIT_MINUTES = 120;

/** A command of a package that counts as one test. */
function tool(name: StageName, title: string, file: string, args: readonly string[]): Stage {
  return {
    name,
    title,
    takesPatterns: false,
    isApart: false,
    run: async ({ marker, signal }) => {
      const { code } = await runNode({
        args: [path.join('node_modules', file), ...args],
        env: testEnvironment({ marker }),
        signal,
        limitMinutes: TOOL_LIMIT_MINUTES,
      });
      return code === 0 ? ONE_PASSED : ONE_FAILED;
    },
  };
}

async function bundle(): Promise<Counts> {
  const code = await bundleWorkflows();
  console.error(`workflow bundle: ${formatMegabytes(code)}`);
  return ONE_PASSED;
}

/** Some of these speak to a Temporal server, so its program is built first where it is missing. */
async function unit({ patterns, marker, signal }: StageOptions): Promise<Counts> {
  const { temporal } = await ensureTools({ families: ['temporal'], signal });
  return runJest({
    files: ['test/**/*.test.ts', '!test/e2e/**', '!test/slow/**'],
    patterns,
    inBand: false,
    env: testEnvironment({ marker, temporal }),
    signal,
    limitMinutes: UNIT_LIMIT_MINUTES,
  });
}

/** Each file brings up a rig of its own name and takes it down again. */
async function onRig(folder: string, { patterns, marker, signal }: StageOptions): Promise<Counts> {
  if (process.platform === 'win32') {
    console.error('skipped: the rig needs Linux or macOS');
    return ONE_SKIPPED;
  }
  const { temporal } = await ensureTools({ signal });
  return runJest({
    files: [`${folder}/**/*.test.ts`],
    patterns,
    inBand: true,
    env: testEnvironment({ marker, temporal }),
    signal,
    limitMinutes: RIG_LIMIT_MINUTES,
  });
}
