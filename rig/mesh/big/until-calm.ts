import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ProcessRecord } from '../../process-record.ts';

/** The kernel counts processor time in hundredths of a second (`getconf CLK_TCK` on Linux). */
const TICKS_PER_SECOND = 100;
const SPAN_SECONDS = 5;
/** Part of one processor that the rig's own looks and leases take. */
const CALM_SHARE = 0.4;
const TIMEOUT_MS = 300_000;

/**
 * Waits until the rig's processes have nothing left to do: caches filled, garbage collected, status
 * written. What is measured after it is the command, not the making of the mesh.
 */
export async function untilCalm(
  stateDir: string,
  { log, signal }: { readonly log: (line: string) => void; readonly signal?: AbortSignal },
): Promise<void> {
  const pids = new ProcessRecord(stateDir).load().map(({ pid }) => pid);
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    const before = processorSeconds(pids);
    await delay(SPAN_SECONDS * 1000, undefined, signal ? { signal } : {});
    const share = (processorSeconds(pids) - before) / SPAN_SECONDS;
    if (share <= CALM_SHARE) return;
    if (Date.now() > deadline) {
      throw new Error(
        `expected a rig that rests, found it busy with ${share.toFixed(1)} processors after ${TIMEOUT_MS / 1000} s`,
      );
    }
    log(`waiting until the rig rests: busy with ${share.toFixed(1)} processors`);
  }
}

function processorSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + ticksOf(pid), 0) / TICKS_PER_SECOND;
}

/** `utime` and `stime` of /proc/PID/stat; the name before them may hold spaces. */
function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [utime = '0', stime = '0'] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return Number(utime) + Number(stime);
  } catch {
    // It has ended: it does nothing any more.
    return 0;
  }
}
