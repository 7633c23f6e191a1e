import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runProgram } from './run-program.ts';

/** The program of a browser, or why there is none. */
export type Chromium =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'missing'; readonly reason: string };

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const LOOK_TIMEOUT_MS = 30_000;
const UPDATE_TIMEOUT_MS = 120_000;
const INSTALL_TIMEOUT_MS = 300_000;

/**
 * The operating system's own Chromium. Where there is none it is installed from the system's packages:
 * on Debian and Ubuntu, as root, in bounded time. Nothing else is fetched or changed.
 */
export async function findChromium(): Promise<Chromium> {
  const there = await firstThatRuns();
  if (there !== undefined) return { kind: 'found', path: there };
  const problem = await install();
  if (problem !== undefined) return missing(problem);
  const installed = await firstThatRuns();
  return installed === undefined
    ? missing('the package chromium brought none that runs')
    : { kind: 'found', path: installed };
}

/** By running it: on Ubuntu the name may stand for a snap that is not there. */
async function firstThatRuns(): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const files = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  for (const file of files.filter((each) => existsSync(each))) {
    if ((await runProgram(file, ['--version'], LOOK_TIMEOUT_MS)) === undefined) return file;
  }
  return undefined;
}

async function install(): Promise<string | undefined> {
  const system = await readFile('/etc/os-release', 'utf8').catch(() => '');
  if (!/^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(system)) {
    return 'it is not installed, and only on Debian or Ubuntu is it installed here';
  }
  if (process.getuid?.() !== 0) return 'it is not installed, and only root can install it';
  return (
    (await runProgram('apt-get', ['-qq', 'update'], UPDATE_TIMEOUT_MS)) ??
    (await runProgram(
      'apt-get',
      ['-qq', '-y', '--no-install-recommends', 'install', 'chromium'],
      INSTALL_TIMEOUT_MS,
    ))
  );
}

function missing(reason: string): Chromium {
  return { kind: 'missing', reason: `there is no Chromium: ${reason}` };
}
