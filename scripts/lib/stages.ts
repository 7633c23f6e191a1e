import { globSync } from 'node:fs';
import path from 'node:path';
import { ensureTools } from '../../rig/build-tools.ts';
import { startRig, stopRig } from '../../rig/start-rig.ts';
import { addCounts, NONE, ONE_FAILED, ONE_PASSED, ONE_SKIPPED, type Counts } from './counts.ts';
import { runJest } from './run-jest.ts';
import { ROOT, runNode } from './run-node.ts';
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
  readonly run: (options: StageOptions) => Promise<Counts>;
}

export const STAGE_NAMES = ['format', 'lint', 'types', 'bundle', 'unit', 'e2e'] as const;
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
    run: bundle,
  },
  { name: 'unit', title: 'tests without a rig (jest)', takesPatterns: true, run: unit },
  {
    name: 'e2e',
    title: 'tests on a real mesh: the rig (jest, one file at a time)',
    takesPatterns: true,
    run: e2e,
  },
];

const TOOL_LIMIT_MINUTES = 10;
const UNIT_LIMIT_MINUTES = 20;
const E2E_LIMIT_MINUTES = 45;

/** A command of a package that counts as one test. */
function tool(name: StageName, title: string, file: string, args: readonly string[]): Stage {
  return {
    name,
    title,
    takesPatterns: false,
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
    files: ['test/**/*.test.ts', '!test/e2e/**'],
    patterns,
    inBand: false,
    env: testEnvironment({ marker, temporal }),
    signal,
    limitMinutes: UNIT_LIMIT_MINUTES,
  });
}

/** This suite changes the control plane for good, so it has a rig to itself. */
const CONTRACT = { file: 'test/e2e/istioctl-contract.test.ts', rig: 'test-contract' };

async function e2e(options: StageOptions): Promise<Counts> {
  const { patterns, marker, signal } = options;
  if (process.platform === 'win32') {
    console.error('skipped: the rig needs Linux or macOS');
    return ONE_SKIPPED;
  }
  const { temporal, istio } = await ensureTools({ signal });
  const env = testEnvironment({ marker, temporal, istio });
  const jest = { patterns, inBand: true, signal, limitMinutes: E2E_LIMIT_MINUTES };
  const others = ['test/e2e/**/*.test.ts', `!${CONTRACT.file}`];
  let counts = NONE;
  if (isWanted([CONTRACT.file], patterns)) counts = addCounts(counts, await contract(options, env));
  if (isWanted(globSync('test/e2e/**/*.test.ts', { cwd: ROOT }).filter(isNotContract), patterns)) {
    counts = addCounts(counts, await runJest({ ...jest, env, files: others }));
  }
  return counts;
}

async function contract(options: StageOptions, env: NodeJS.ProcessEnv): Promise<Counts> {
  const { signal } = options;
  console.error(`bringing up the rig "${CONTRACT.rig}" for ${CONTRACT.file}`);
  await stopRig(CONTRACT.rig);
  try {
    const { state } = await startRig({ name: CONTRACT.rig, endsWithCaller: true, signal });
    const kubeconfig = state.endpoints?.kubeconfigs.person ?? '';
    return await runJest({
      ...options,
      files: [CONTRACT.file],
      inBand: true,
      env: { ...env, MESHLIFT_TEST_KUBECONFIG: kubeconfig },
      limitMinutes: E2E_LIMIT_MINUTES,
    });
  } finally {
    await stopRig(CONTRACT.rig);
  }
}

function isNotContract(file: string): boolean {
  return file.split(path.sep).join('/') !== CONTRACT.file;
}

/** Bringing up a rig for a file that the patterns leave out would be a waste. */
function isWanted(files: readonly string[], patterns: readonly string[]): boolean {
  if (patterns.length === 0) return files.length > 0;
  return files.some((file) =>
    patterns.some((pattern) => new RegExp(pattern, 'i').test(path.join(ROOT, file))),
  );
}
