import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunningProcess } from '../process.ts';

export interface Probe {
  readonly url: string;
  /** The authority that signed the server's certificate, for https. */
  readonly caPem?: string;
}

const PROBE_TIMEOUT_MS = 2_000;
const POLL_MS = 100;
const LOG_TAIL_LINES = 15;

export async function isHealthy({ url, caPem }: Probe): Promise<boolean> {
  const get = url.startsWith('https:') ? https.get : http.get;
  return new Promise((resolve) => {
    const request = get(url, { ca: caPem, timeout: PROBE_TIMEOUT_MS, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

/** Waits for a process to answer; says what its log said when it ends or stays silent. */
export async function waitUntilHealthy(options: {
  readonly process: RunningProcess;
  readonly logFile: string;
  readonly probe: Probe;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}): Promise<void> {
  const { process, probe, timeoutMs, signal } = options;
  const exit = process.exited.then((code) => ({ code }));
  const deadline = Date.now() + timeoutMs;
  while (!(await isHealthy(probe))) {
    signal?.throwIfAborted();
    const ended = await Promise.race([exit, delay(POLL_MS)]);
    if (ended !== undefined) {
      throw new Error(
        `${process.name} ended (exit code ${ended.code ?? 'none'}) instead of becoming ready:\n${await tail(options.logFile)}`,
      );
    }
    if (Date.now() > deadline) {
      throw new Error(
        `${process.name} was not ready within ${timeoutMs / 1000} s (${probe.url}):\n${await tail(options.logFile)}`,
      );
    }
  }
}

async function tail(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return `${text.trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n')}\n(all of it: ${logFile})`;
}
