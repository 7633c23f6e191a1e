import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../../src/config/environment.ts';

const run = promisify(execFile);

/** The folder with the data that the oracle reads, or why there is none. */
export type ZoneOracle =
  | { readonly kind: 'installed'; readonly folder: string }
  | { readonly kind: 'missing'; readonly reason: string };

/**
 * Python and the package `tzdata` of the very version that Node has: 2026c is 2026.3 there. Installed once
 * into the user's cache, so that a new Node brings its own.
 */
export async function findZoneOracle(): Promise<ZoneOracle> {
  const release = process.versions['tz'] ?? '';
  const [, year, letter] = /^(\d{4})([a-z])$/.exec(release) ?? [];
  if (year === undefined || letter === undefined) {
    return missing(`Node names no version of its zones such as 2026c, but "${release}"`);
  }
  const version = `${year}.${letter.charCodeAt(0) - 'a'.charCodeAt(0) + 1}`;
  const folder = path.join(cacheFolder(process.env), `tzdata-${version}`);
  const python = await run('python3', ['-c', 'import zoneinfo']).then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (python !== undefined) return missing('there is no python3 with zoneinfo');
  if (await isThere(folder)) return { kind: 'installed', folder };
  await mkdir(path.dirname(folder), { recursive: true });
  const staging = await mkdtemp(`${folder}.`);
  try {
    await run('python3', [
      ...['-m', 'pip', 'install', '--quiet', '--no-deps', '--disable-pip-version-check'],
      ...['--root-user-action', 'ignore', '--target', staging, `tzdata==${version}`],
    ]);
    await rename(staging, folder).catch(async (error: unknown) => {
      // Another test run was faster; what it installed is the same.
      if (!(await isThere(folder))) throw error;
    });
    return { kind: 'installed', folder };
  } catch (error) {
    return missing(`pip did not bring tzdata ${version}: ${String(error).slice(0, 200)}`);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function missing(reason: string): ZoneOracle {
  return { kind: 'missing', reason: `no oracle for time zones, because ${reason}` };
}

async function isThere(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    () => false,
  );
}
