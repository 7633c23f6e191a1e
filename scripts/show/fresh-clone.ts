import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { UserError } from '../../rig/user-error.ts';
import { ROOT } from '../lib/run-node.ts';
import { runCommand } from './run-command.ts';
import type { PartOptions } from './topic.ts';

const GIT_LIMIT_MINUTES = 5;

/** Works in a new clone of what is committed here, and removes it. */
export async function withFreshClone<T>(
  { signal, say }: PartOptions,
  work: (clone: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'meshlift-show-'));
  try {
    const clone = path.join(folder, 'meshlift');
    const options = { cwd: folder, signal, limitMinutes: GIT_LIMIT_MINUTES };
    const { exitCode } = await runCommand(['git', 'clone', '--quiet', ROOT, clone], options);
    if (exitCode !== 0)
      throw new UserError(`git clone of ${ROOT} ended with code ${exitCode ?? '?'}`);
    const head = await runCommand(['git', 'rev-parse', 'HEAD'], { ...options, cwd: clone });
    say(`fresh clone of commit ${head.stdout.trim()}; what is not committed is not in it`);
    return await work(clone);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The lines of `git status --porcelain`, one for each file that should not be there or has changed. */
export async function listUnclean(clone: string, signal: AbortSignal): Promise<readonly string[]> {
  const options = { cwd: clone, signal, limitMinutes: GIT_LIMIT_MINUTES };
  const { exitCode, stdout } = await runCommand(['git', 'status', '--porcelain'], options);
  if (exitCode !== 0)
    throw new UserError(`git status in the clone ended with code ${exitCode ?? '?'}`);
  return stdout.split('\n').filter((line) => line !== '');
}
