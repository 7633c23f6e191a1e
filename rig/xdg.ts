import { homedir } from 'node:os';
import path from 'node:path';

/** Where built tools are kept between rigs; safe to delete. */
export function cacheRoot(): string {
  return path.join(base('XDG_CACHE_HOME', '.cache'), 'meshlift');
}

/** Where rigs keep what they need while they are up. */
export function stateRoot(): string {
  return path.join(base('XDG_STATE_HOME', path.join('.local', 'state')), 'meshlift');
}

/** A relative value is to be ignored, says the XDG specification. */
function base(variable: string, fallback: string): string {
  const set = process.env[variable];
  return set !== undefined && path.isAbsolute(set) ? set : path.join(homedir(), fallback);
}
