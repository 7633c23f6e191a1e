import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';

export type Log = (line: string) => void;

/** The supervisor's own log, beside those of its parts. */
export function createLog(stateDir: string): Log {
  const file = path.join(stateDir, 'logs', 'supervisor.log');
  mkdirSync(path.dirname(file), { recursive: true });
  return (line) => appendFileSync(file, `${new Date().toISOString()} ${line}\n`);
}
