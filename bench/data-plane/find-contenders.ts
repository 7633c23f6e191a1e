import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../rig/user-error.ts';
import type { ContenderName } from './contender.ts';

/** What the scripts call beside kubectl, which the rig brings along. */
const NEEDED = ['xargs', 'sh'];

/** Those that this machine can run; says which are left out, and why. */
export function findContenders(
  wanted: readonly ContenderName[],
  say: (line: string) => void,
): readonly ContenderName[] {
  const missing = NEEDED.filter((program) => !isOnPath(program));
  if (missing.length === 0) return wanted;
  const left = wanted.filter((name) => name === 'meshlift');
  say(`the kubectl scripts are left out: this machine has no ${missing.join(' and no ')}`);
  if (left.length === 0) throw new UserError('nothing is left to measure');
  return left;
}

function isOnPath(program: string): boolean {
  const dirs = (process.env['PATH'] ?? '').split(path.delimiter).filter((dir) => dir !== '');
  return dirs.some((dir) => isExecutable(path.join(dir, program)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
