import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { waitUntilHealthy } from '../kubernetes/probe.ts';
import type { ClusterOptions, PartStatus } from '../kubernetes/types.ts';
import type { RunningProcess } from '../process.ts';
import type { StandInCounts } from './stand-ins.ts';

/** A running process of stand-ins. */
export interface StandInProcess {
  /** Tells the counts as JSON. */
  readonly url: string;
  status(): Promise<PartStatus>;
  stop(): Promise<void>;
}

export interface StandInReport extends StandInCounts {
  readonly memoryBytes: number;
}

type Options = Pick<ClusterOptions, 'dir' | 'ports' | 'spawn' | 'log' | 'signal'>;

const NAME = 'stand-in-proxies';
const START_TIMEOUT_MS = 30_000;
const SYNC_TIMEOUT_MS = 120_000;
const ASK_TIMEOUT_MS = 2_000;
const POLL_MS = 200;

/** Starts the process and waits until each pod that is there has its proxy synced. */
export async function startStandIns(
  options: Options,
  { kubeconfig }: { readonly kubeconfig: string },
): Promise<StandInProcess> {
  const { dir, ports, spawn, signal } = options;
  const port = await ports.take(NAME);
  const url = `http://127.0.0.1:${port}/`;
  const logFile = path.join(dir, 'logs', `${NAME}.log`);
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const running = await spawn({
    name: NAME,
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', main, kubeconfig, String(port)],
    cwd: dir,
    logFile,
  });
  try {
    await waitUntilHealthy({
      process: running,
      logFile,
      probe: { url },
      timeoutMs: START_TIMEOUT_MS,
      ...(signal ? { signal } : {}),
    });
    await untilSynced(url, options);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return asPart(running, url);
}

/** What the stand-ins at this address have done; undefined where nobody answers. */
export async function readStandIns(url: string): Promise<StandInReport | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
    // Our own process answers, always with its whole report.
    return (await response.json()) as StandInReport;
  } catch {
    return undefined;
  }
}

/** Where the stand-ins are told whom to hold back. */
export const HELD_BACK = '/held-back';

/** Keeps the proxies of these workloads, each as `namespace/name`, disconnected; without any, of none. */
export async function holdBack(url: string, workloads: readonly string[]): Promise<StandInReport> {
  const target = new URL(HELD_BACK, url);
  for (const workload of workloads) target.searchParams.append('workload', workload);
  const response = await fetch(target, {
    method: 'PUT',
    signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
  });
  return (await response.json()) as StandInReport;
}

async function untilSynced(url: string, { log, signal }: Options): Promise<void> {
  const deadline = Date.now() + SYNC_TIMEOUT_MS;
  for (;;) {
    const report = await readStandIns(url);
    if (report !== undefined) log(describe(report));
    if (report !== undefined && report.synced === report.wanted) return;
    if (Date.now() > deadline) {
      const found = report === undefined ? 'no answer' : describe(report);
      throw new Error(`expected every stand-in proxy synced within 120 s, found ${found}`);
    }
    await delay(POLL_MS, undefined, signal ? { signal } : {});
  }
}

function asPart(running: RunningProcess, url: string): StandInProcess {
  let hasEnded = false;
  void running.exited.then(() => (hasEnded = true));
  return {
    url,
    stop: () => running.stop(),
    async status() {
      const report = hasEnded ? undefined : await readStandIns(url);
      const state = hasEnded ? 'down' : report === undefined ? 'starting' : 'ready';
      const what = report === undefined ? '' : `, ${describe(report)}`;
      return { name: NAME, state, detail: `pid ${running.pid}${what}` };
    },
  };
}

function describe({ synced, wanted }: StandInCounts): string {
  return `${synced} of ${wanted} proxies synced`;
}
