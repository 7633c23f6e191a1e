import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  isSameProcess,
  ownIdentity,
  startTimeOf,
  type ProcessIdentity,
} from '../../rig/process-identity.ts';

/**
 * Every process that a test run starts inherits this variable, so what a killed run left behind
 * (development servers, workers, rigs) is found by pid and start time, never by its name.
 */
export const RUN_VARIABLE = 'MESHLIFT_TEST_RUN';

export interface Leftover extends ProcessIdentity {
  readonly command: string;
}

const GRACE_MS = 5_000;
const POLL_MS = 100;

/** The value for this run: who leads it. */
export function runMarker(): string {
  const { pid, startTime } = ownIdentity();
  return `${pid}@${startTime}`;
}

/** What earlier runs left whose leading process is gone. */
export function findLeftoversOfDeadRuns(): readonly Leftover[] {
  return findMarked((marker) => {
    const [pid, startTime] = splitMarker(marker);
    return !isSameProcess({ pid, startTime });
  });
}

/** What this run started and has not ended. */
export function findOwnLeftovers(marker: string): readonly Leftover[] {
  return findMarked((found) => found === marker);
}

/** Asks them to end, then ends them. */
export async function endLeftovers(leftovers: readonly Leftover[]): Promise<void> {
  for (const leftover of leftovers) signalTo(leftover, 'SIGTERM');
  const deadline = Date.now() + GRACE_MS;
  while (Date.now() < deadline && leftovers.some(isSameProcess)) await delay(POLL_MS);
  for (const leftover of leftovers) signalTo(leftover, 'SIGKILL');
}

function signalTo(leftover: Leftover, signal: NodeJS.Signals): void {
  if (!isSameProcess(leftover)) return;
  try {
    process.kill(leftover.pid, signal);
  } catch {
    // It ended in between.
  }
}

function splitMarker(marker: string): readonly [number, string] {
  const at = marker.indexOf('@');
  return [Number(marker.slice(0, at)), marker.slice(at + 1)];
}

/** Linux only: elsewhere another process's environment cannot be read, and nothing is found. */
function findMarked(isOurs: (marker: string) => boolean): readonly Leftover[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    .flatMap((pid) => {
      const marker = markerOf(pid);
      const startTime = startTimeOf(pid);
      if (marker === undefined || startTime === undefined || !isOurs(marker)) return [];
      return [{ pid, startTime, command: commandOf(pid) }];
    });
}

function markerOf(pid: number): string | undefined {
  return readProc(pid, 'environ')
    .split('\0')
    .find((each) => each.startsWith(`${RUN_VARIABLE}=`))
    ?.slice(RUN_VARIABLE.length + 1);
}

function commandOf(pid: number): string {
  return readProc(pid, 'cmdline').split('\0').join(' ').trim().slice(0, 120);
}

function readProc(pid: number, file: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // Gone, or another user's.
    return '';
  }
}
