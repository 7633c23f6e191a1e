import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createCertificateAuthority, type CertificateAuthority } from '../certificates.ts';
import { readConfig } from '../kubernetes/client.ts';
import { buildKubeconfig } from '../kubernetes/identities.ts';
import {
  faultOf,
  type EventCounts,
  type FaultPlan,
  type ProxiedRequest,
  type Random,
} from './faults.ts';
import { openUpstream, type Upstream } from './upstream.ts';
import { passWatch, type PassedWatch } from './watches.ts';

export interface FaultProxyOptions {
  /** Where the API server is, and as whom the proxy's clients are known to it. */
  readonly kubeconfig: string;
  /** Chance; a test that is to be repeatable brings its own. */
  readonly random?: Random;
}

export interface FaultProxy {
  /** A file for clients that go through the proxy; to the API server they are who the proxy is. */
  readonly kubeconfig: string;
  readonly faults: Faults;
  close(): Promise<void>;
}

export interface Faults {
  /** Holds from now on, also for watches that are open; `{}` ends all faults but the silence of a watch that is silent. */
  set(plan: FaultPlan): void;
  /** Breaks the connection of every open watch. */
  cutWatches(): void;
  /** Every request since the proxy began. */
  readonly requests: readonly ProxiedRequest[];
  /** What became of the events of all watches. */
  readonly events: Readonly<EventCounts>;
}

/** Stands between clients and the API server of a rig, and breaks what it is told to. On 127.0.0.1 only. */
export async function startFaultProxy({
  kubeconfig,
  random = Math.random,
}: FaultProxyOptions): Promise<FaultProxy> {
  const upstream = openUpstream(readConfig(await readFile(kubeconfig, 'utf8'), kubeconfig));
  const state = createState();
  const authority = await createCertificateAuthority('meshlift-fault-proxy');
  const own = await authority.issue({ commonName: 'fault-proxy' }, ['127.0.0.1', 'localhost']);
  const server = https.createServer(
    { cert: own.certificatePem, key: own.keyPem },
    (request, response) => {
      handle(request, response, { upstream, state, random }).catch((error: unknown) =>
        response.destroy(error instanceof Error ? error : new Error(String(error))),
      );
    },
  );
  server.on('upgrade', (request, socket, head) => upstream.tunnel(request, socket, head));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const file = await writeKubeconfig(authority, (server.address() as AddressInfo).port);
  return {
    kubeconfig: file,
    faults: state.faults,
    close: async () => {
      upstream.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(path.dirname(file), { recursive: true, force: true });
    },
  };
}

/** In a folder of its own. Its certificate is not asked for; clients exist that want to bring one. */
async function writeKubeconfig(authority: CertificateAuthority, port: number): Promise<string> {
  const client = await authority.issue({ commonName: 'fault-proxy-client' });
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const content = buildKubeconfig({
    apiServer: `https://127.0.0.1:${port}`,
    caPem: authority.certificatePem,
    name: 'fault-proxy',
    user: {
      'client-certificate-data': base64(client.certificatePem),
      'client-key-data': base64(client.keyPem),
    },
  });
  const dir = await mkdtemp(path.join(os.tmpdir(), 'fault-proxy-'));
  const file = path.join(dir, 'kubeconfig.yaml');
  await writeFile(file, content, { mode: 0o600 });
  return file;
}

interface State {
  readonly faults: Faults;
  readonly requests: ProxiedRequest[];
  readonly events: EventCounts;
  readonly watches: Set<PassedWatch>;
  plan: FaultPlan;
}

function createState(): State {
  const state: Omit<State, 'faults'> = {
    requests: [],
    events: { passed: 0, duplicated: 0, dropped: 0, swapped: 0 },
    watches: new Set(),
    plan: {},
  };
  const faults: Faults = {
    requests: state.requests,
    events: state.events,
    set: (plan) => {
      state.plan = plan;
      if (plan.watches?.silent !== true) return;
      for (const watch of state.watches) watch.silence();
    },
    cutWatches: () => {
      for (const watch of state.watches) watch.cut();
    },
  };
  return Object.assign(state, { faults });
}

interface Surroundings {
  readonly upstream: Upstream;
  readonly state: State;
  readonly random: Random;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { upstream, state, random }: Surroundings,
): Promise<void> {
  const at = performance.now();
  const { method = 'GET', url = '/' } = request;
  const isWatch = /[?&]watch=(true|1)(&|$)/.test(url);
  const fault = faultOf(state.plan, { method, isWatch }, random);
  const { delayMs = 0 } = state.plan;
  state.requests.push({ at, method, path: url, isWatch, fault });
  // Whoever goes away meanwhile is answered all the same: nobody hears it.
  response.on('error', () => response.destroy());
  if (delayMs > 0) await delay(delayMs);
  switch (fault) {
    case 'tooMany':
    case 'error':
    case 'gone':
      answerWith(fault, response, state.plan);
      return;
    case 'lostReply':
      upstream.send(request, {
        onAnswer: (answer) => answer.resume().on('end', () => response.destroy()),
        onError: () => response.destroy(),
      });
      return;
    case 'silent':
    case undefined:
      pass(request, response, { upstream, state, random, isWatch, isSilent: fault === 'silent' });
  }
}

function answerWith(
  fault: 'tooMany' | 'error' | 'gone',
  response: ServerResponse,
  { tooMany, errors, watches }: FaultPlan,
): void {
  switch (fault) {
    case 'tooMany':
      response.setHeader('retry-after', String(tooMany?.retryAfterSeconds ?? 1));
      refuse(response, 429, 'TooManyRequests');
      return;
    case 'error':
      refuse(response, errors?.code ?? 500, 'InternalError');
      return;
    case 'gone':
      if (watches?.gone === 'event') endWithGone(response);
      else refuse(response, 410, 'Expired');
  }
}

function pass(
  request: IncomingMessage,
  response: ServerResponse,
  options: Surroundings & { readonly isWatch: boolean; readonly isSilent: boolean },
): void {
  const { upstream, state, random, isWatch, isSilent } = options;
  const stop = upstream.send(request, {
    onAnswer: (answer) => {
      response.writeHead(answer.statusCode ?? 502, upstream.headersOf(answer));
      if (!isWatch || answer.statusCode !== 200) {
        answer.pipe(response);
        return;
      }
      const watch = passWatch(answer, response, {
        faults: () => state.plan.watches ?? {},
        counts: state.events,
        random,
      });
      if (isSilent) watch.silence();
      state.watches.add(watch);
      response.on('close', () => state.watches.delete(watch));
    },
    onError: (error) => {
      if (response.headersSent) response.destroy();
      else refuse(response, 502, error.message);
    },
  });
  response.on('close', stop);
}

function statusOf(code: number, reason: string): object {
  const message = `the fault proxy was told to: ${reason}`;
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message };
}

function refuse(response: ServerResponse, code: number, reason: string): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(statusOf(code, reason)));
}

function endWithGone(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify({ type: 'ERROR', object: statusOf(410, 'Expired') })}\n`);
}
