import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../run-program.ts';

const TIMEOUT_MS = 180_000;

/** A program that starts the server, or why there is none. */
export type TimeSkippingServer =
  | { readonly kind: 'installed'; readonly path: string }
  | { readonly kind: 'missing'; readonly reason: string };

const POM = fileURLToPath(new URL('./pom.xml', import.meta.url));

/** `exec`, since the test environment ends the server by the pid that it started. */
const WRAPPER = `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$here/lib/*" io.temporal.testserver.TestServer "$@"
`;

/**
 * The time-skipping Temporal server, installed once from Maven into the user's cache under the
 * digest of what defines it. `TEMPORAL_TEST_SERVER_PATH` names another one.
 */
export async function findTimeSkippingServer(): Promise<TimeSkippingServer> {
  const given = process.env['TEMPORAL_TEST_SERVER_PATH'];
  if (given !== undefined && given !== '') return { kind: 'installed', path: given };
  if (process.platform === 'win32') return missing('it needs a POSIX shell');

  const pom = await readFile(POM, 'utf8');
  const key = createHash('sha256').update(pom).update(WRAPPER).digest('hex').slice(0, 16);
  const home = path.join(cacheFolder(), `time-skipping-server-${key}`);
  const program = path.join(home, 'server');
  if ((await runProgram('java', ['-version'], TIMEOUT_MS)) !== undefined)
    return missing('there is no java');
  if (await exists(program)) return { kind: 'installed', path: program };
  const problem = await install(home);
  return problem === undefined ? { kind: 'installed', path: program } : missing(problem);
}

function missing(reason: string): TimeSkippingServer {
  return { kind: 'missing', reason: `no time-skipping Temporal server, because ${reason}` };
}

function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'];
  const root = base === undefined || base === '' ? path.join(homedir(), '.cache') : base;
  return path.join(root, 'meshlift');
}

/** Builds beside its place and moves there whole, so that test files may do this at once. */
async function install(home: string): Promise<string | undefined> {
  await mkdir(path.dirname(home), { recursive: true });
  const staging = await mkdtemp(`${home}.`);
  try {
    const problem = await runProgram(
      'mvn',
      [
        '--batch-mode',
        '--quiet',
        '--file',
        POM,
        'dependency:copy-dependencies',
        `-DoutputDirectory=${path.join(staging, 'lib')}`,
        '-DincludeScope=runtime',
      ],
      TIMEOUT_MS,
    );
    if (problem !== undefined) return `Maven did not bring it: ${problem}`;
    await writeFile(path.join(staging, 'server'), WRAPPER);
    await chmod(path.join(staging, 'server'), 0o755);
    await rename(staging, home).catch(async (error: unknown) => {
      // Another test file was faster; what it installed is the same.
      if (!(await exists(path.join(home, 'server')))) throw error;
    });
    return undefined;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
