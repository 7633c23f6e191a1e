import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunningProcess } from '../process.ts';
import { buildControllerManagerArgs } from './controller-manager.ts';
import { buildEgressConfig } from './egress-proxy.ts';
import { buildEtcdArgs } from './etcd.ts';
import type { Credentials } from './identities.ts';
import { buildApiServerArgs } from './kube-apiserver.ts';
import { buildKwokArgs } from './kwok.ts';
import { isHealthy, waitUntilHealthy, type Probe } from './probe.ts';
import { buildSchedulerArgs } from './scheduler.ts';
import type { ClusterOptions, PartStatus } from './types.ts';

export interface Part {
  readonly name: string;
  stop(): Promise<void>;
  status(): Promise<PartStatus>;
}

export interface ControlPlaneContext {
  readonly options: ClusterOptions;
  readonly credentials: Credentials;
  readonly caPem: string;
}

const START_TIMEOUT_MS = 90_000;
const MANIFESTS = new URL('./manifests/', import.meta.url);

export function auditLogOf(dir: string): string {
  return path.join(dir, 'audit.log');
}

function auditPolicyOf({ auditsPods = false }: ClusterOptions): string {
  const file = auditsPods ? 'audit-policy-pods.yaml' : 'audit-policy.yaml';
  return fileURLToPath(new URL(file, MANIFESTS));
}

export interface EtcdPart extends Part {
  readonly clientPort: number;
}

export async function startEtcd(options: ClusterOptions): Promise<EtcdPart> {
  const clientPort = await options.ports.take('etcd');
  const peerPort = await options.ports.take('etcd-peer');
  const dataDir = path.join(options.dir, 'etcd');
  const part = await startPart(options, {
    name: 'etcd',
    command: options.tools.etcd,
    args: buildEtcdArgs({ dataDir, clientPort, peerPort }),
    probe: { url: `http://127.0.0.1:${clientPort}/health` },
  });
  return { ...part, clientPort };
}

export async function startApiServer(
  { options, credentials, caPem }: ControlPlaneContext,
  ports: { readonly port: number; readonly etcdPort: number },
  egressSocket: string,
): Promise<Part> {
  const certDir = path.join(options.dir, 'pki', 'kube-apiserver');
  await mkdir(certDir, { recursive: true });
  const egressConfig = path.join(options.dir, 'egress.yaml');
  await writeFile(egressConfig, buildEgressConfig(egressSocket));
  return startPart(options, {
    name: 'kube-apiserver',
    command: options.tools.kubeApiserver,
    args: buildApiServerArgs({
      ...ports,
      credentials,
      egressConfig,
      auditPolicy: auditPolicyOf(options),
      auditLog: auditLogOf(options.dir),
      certDir,
    }),
    probe: { url: `https://127.0.0.1:${ports.port}/readyz`, caPem },
  });
}

export async function startControllerManager(context: ControlPlaneContext): Promise<Part> {
  const port = await context.options.ports.take('kube-controller-manager');
  return startPart(context.options, {
    name: 'kube-controller-manager',
    command: context.options.tools.kubeControllerManager,
    args: buildControllerManagerArgs({ port, credentials: context.credentials }),
    probe: { url: `https://127.0.0.1:${port}/healthz`, caPem: context.caPem },
  });
}

export async function startScheduler(context: ControlPlaneContext): Promise<Part> {
  const port = await context.options.ports.take('kube-scheduler');
  return startPart(context.options, {
    name: 'kube-scheduler',
    command: context.options.tools.kubeScheduler,
    args: buildSchedulerArgs({ port, credentials: context.credentials }),
    probe: { url: `https://127.0.0.1:${port}/healthz`, caPem: context.caPem },
  });
}

export async function startKwok(context: ControlPlaneContext, port: number): Promise<Part> {
  return startPart(context.options, {
    name: 'kwok',
    command: context.options.tools.kwok,
    args: buildKwokArgs({ port, credentials: context.credentials }),
    probe: { url: `https://127.0.0.1:${port}/healthz`, caPem: context.caPem },
  });
}

/** Starts a process of the cluster and waits until it answers its probe. */
export async function startPart(
  options: ClusterOptions,
  part: { name: string; command: string; args: string[]; probe: Probe },
): Promise<Part> {
  const { name, command, args, probe } = part;
  const logFile = path.join(options.dir, 'logs', `${name}.log`);
  const running = await options.spawn({ name, command, args, cwd: options.dir, logFile });
  try {
    await waitUntilHealthy({
      process: running,
      logFile,
      probe,
      timeoutMs: START_TIMEOUT_MS,
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (error) {
    await running.stop();
    throw error;
  }
  void running.exited.then((code) => options.log(`${name} ended (exit code ${code ?? 'none'})`));
  return asPart(running, probe);
}

function asPart(running: RunningProcess, probe: Probe): Part {
  let hasEnded = false;
  void running.exited.then(() => (hasEnded = true));
  return {
    name: running.name,
    stop: () => running.stop(),
    async status() {
      const detail = `pid ${running.pid}, ${new URL(probe.url).host}`;
      if (hasEnded) return { name: running.name, state: 'down', detail };
      const state = (await isHealthy(probe)) ? 'ready' : 'starting';
      return { name: running.name, state, detail };
    },
  };
}
