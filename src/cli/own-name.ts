import { hostname, userInfo } from 'node:os';

/**
 * Who somebody at this machine says to be, as `user@host`: a claim, which nothing proves. Absent where
 * the system does not know its user, as in some containers.
 */
export function ownName(): string | undefined {
  try {
    return `${userInfo().username}@${hostname()}`.slice(0, MOST_LETTERS);
  } catch {
    return undefined;
  }
}

const MOST_LETTERS = 200;
