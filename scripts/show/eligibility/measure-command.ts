import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../lib/run-node.ts';

export interface Measured {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly seconds: number;
  /** Most memory that the command's own process had, in MB. */
  readonly ownMegabytes: number;
  /** Most memory of each program that it called, by name, in MB. */
  readonly calledMegabytes: Readonly<Record<string, number>>;
}

const SAMPLE_MS = 50;
const MEGABYTES_PER_KIB = 1024 / 1_000_000;

/** Runs `meshlift ARGS` and looks at it and its children while it runs: the kernel keeps each one's peak. */
export async function measureCommand(
  args: readonly string[],
  { env, signal }: { readonly env: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<Measured> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [path.join(ROOT, 'src', 'starter.ts'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 2],
    signal,
  });
  const peaks = new Map<string, number>();
  let own = 0;
  const look = (): void => {
    if (child.pid === undefined) return;
    own = Math.max(own, peakOf(child.pid) ?? 0);
    for (const pid of childrenOf(child.pid)) {
      const name = programOf(pid);
      if (name !== undefined) peaks.set(name, Math.max(peaks.get(name) ?? 0, peakOf(pid) ?? 0));
    }
  };
  const timer = setInterval(look, SAMPLE_MS);
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    return {
      exitCode,
      stdout,
      seconds: Math.round((performance.now() - startedAt) / 100) / 10,
      ownMegabytes: Math.round(own),
      calledMegabytes: Object.fromEntries(
        [...peaks].map(([name, peak]) => [name, Math.round(peak)]),
      ),
    };
  } finally {
    clearInterval(timer);
  }
}

/** `VmHWM`: the peak of resident memory, in MB. A process that is gone has none. */
function peakOf(pid: number): number | undefined {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readProc(pid, 'status'))?.[1];
  return kib === undefined ? undefined : Number(kib) * MEGABYTES_PER_KIB;
}

function programOf(pid: number): string | undefined {
  const [command] = readProc(pid, 'cmdline').split('\0');
  return command === undefined || command === '' ? undefined : path.basename(command);
}

function childrenOf(pid: number): readonly number[] {
  const direct = taskIds(pid).flatMap((task) =>
    readProc(pid, `task/${task}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [...direct, ...direct.flatMap(childrenOf)];
}

function taskIds(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    // It ended between two looks.
    return [];
  }
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It ended between two looks.
    return '';
  }
}
