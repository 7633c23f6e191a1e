import { readFileSync, writeFileSync } from 'node:fs';

/** Seconds of processor time. */
export interface CpuSeconds {
  readonly own: number;
  /** Of children that have ended and were waited for, and of theirs. */
  readonly children: number;
}

/** `USER_HZ`: the unit of `/proc` on every Linux, whatever the kernel's own tick is. */
const TICKS_PER_SECOND = 100;

/** Undefined where there is no `/proc`, or no such process. */
export function readCpu(pid: number | 'self'): CpuSeconds | undefined {
  try {
    return parseProcStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // Not Linux, or it has ended.
    return undefined;
  }
}

/** Reads `/proc/PID/stat`, see proc(5): fields 14 to 17. */
export function parseProcStat(text: string): CpuSeconds | undefined {
  // The command name stands in parentheses and may hold spaces and parentheses itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [utime, stime, cutime, cstime] = fields.slice(11, 15).map(Number);
  const all = [utime, stime, cutime, cstime];
  if (all.some((value) => value === undefined || Number.isNaN(value))) return undefined;
  const seconds = (a = 0, b = 0): number => (a + b) / TICKS_PER_SECOND;
  return { own: seconds(utime, stime), children: seconds(cutime, cstime) };
}

/** From here on the peak is that of what follows: the start of a program is no part of it. See proc(5). */
export function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Not Linux, or not allowed: the peak is that since the start.
  }
}

/** Peak of resident memory in MB; undefined as above. */
export function readPeakMegabytes(pid: number): number | undefined {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : (Number(kib) * 1024) / 1_000_000;
  } catch {
    // Not Linux, or it has ended.
    return undefined;
  }
}
