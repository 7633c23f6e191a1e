import { createHash } from 'node:crypto';
import {
  appendFileSync,
  createReadStream,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../user-error.ts';
import { buildFlags, moduleDirOf } from './build-flags.ts';
import type { Assets, Family } from './catalog.ts';
import type { Go } from './find-go.ts';
import { goEnvironment } from './go-environment.ts';
import { runCommand } from './run-command.ts';

export interface BuildOptions {
  readonly family: Family;
  readonly go: Go;
  /** Where the finished folder is to stand. */
  readonly target: string;
  readonly logFile: string;
  /** Called for each package the compiler has taken up or module that is being fetched. */
  readonly onStep: (step: BuildStep) => void;
  readonly signal?: AbortSignal | undefined;
}

export type BuildStep = 'fetching' | 'compiling';

const LAST_LINES = 15;
/** More than two compilers at once need more memory than a small machine has. */
const MAX_PARALLEL = 4;

/** Builds one family into a folder of its own, which appears under its final name only when whole. */
export async function buildFamily(options: BuildOptions): Promise<void> {
  const { family, target } = options;
  const draft = path.join(path.dirname(target), `.building-${family.name}-${process.pid}`);
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  try {
    await compile(options, draft);
    if (family.assets !== undefined) await copyAssets(options, { assets: family.assets, draft });
    await writeDigests(draft, family);
    renameSync(draft, target);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function compile(options: BuildOptions, draft: string): Promise<void> {
  const { family, go, logFile, onStep, signal } = options;
  const [first] = family.programs;
  const isLone = family.programs.length === 1 && first !== undefined;
  const output = isLone ? path.join(draft, first.binary) : `${draft}${path.sep}`;
  const parallel = String(Math.min(MAX_PARALLEL, availableParallelism()));
  const args = ['build', '-v', '-p', parallel, ...buildFlags(family), '-o', output];
  args.push(...family.programs.map((program) => program.package));
  mkdirSync(path.dirname(logFile), { recursive: true });
  writeFileSync(logFile, `${go.command} ${args.join(' ')}\n`);
  const onErrorLine = (line: string) => {
    appendFileSync(logFile, `${line}\n`);
    onStep(line.startsWith('go: downloading ') ? 'fetching' : 'compiling');
  };
  const done = await runCommand({
    command: go.command,
    args,
    cwd: moduleDirOf(family),
    env: goEnvironment(go),
    signal,
    onErrorLine,
  });
  if (done.code !== 0) throw buildFailure(options, done.stderr);
}

function buildFailure({ family, logFile }: BuildOptions, stderr: string): UserError {
  const lines = stderr.trim().split('\n').slice(-LAST_LINES);
  return new UserError(
    `building ${family.title} failed; the whole log is in ${logFile}, its end:\n${lines.join('\n')}`,
  );
}

async function copyAssets(
  { family, go }: BuildOptions,
  { assets, draft }: { assets: Assets; draft: string },
): Promise<void> {
  const done = await runCommand({
    command: go.command,
    args: ['list', '-mod=readonly', '-m', '-f', '{{.Dir}}', assets.module],
    cwd: moduleDirOf(family),
    env: goEnvironment(go),
  });
  if (done.code !== 0) throw new UserError(`${assets.module} was not found: ${done.stderr.trim()}`);
  for (const folder of assets.folders) {
    const from = path.join(done.stdout.trim(), folder);
    copyFolder(from, path.join(draft, 'assets', folder));
  }
}

/** Not `cpSync`: it would copy the module cache's write protection as well. */
function copyFolder(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name);
    const target = path.join(to, entry.name);
    if (entry.isDirectory()) copyFolder(source, target);
    else writeFileSync(target, readFileSync(source));
  }
}

async function writeDigests(draft: string, family: Family): Promise<void> {
  const digests: Record<string, string> = {};
  for (const { binary } of family.programs) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path.join(draft, binary)), hash);
    digests[binary] = hash.digest('hex');
  }
  writeFileSync(path.join(draft, DIGESTS), `${JSON.stringify(digests, undefined, 2)}\n`);
}

const DIGESTS = 'sha256.json';

/** The digest that was taken when the binary was built. */
export function digestOf(binary: string): string {
  const file = path.join(path.dirname(binary), DIGESTS);
  const digests: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const entries: [string, unknown][] = Object.entries(digests ?? {});
  const found = entries.find(([name]) => name === path.basename(binary))?.[1];
  if (typeof found === 'string') return found;
  throw new Error(`${file} has no digest of ${path.basename(binary)}`);
}
