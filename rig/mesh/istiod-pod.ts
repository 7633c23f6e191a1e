import type { V1Pod } from '@kubernetes/client-node';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Backend } from '../kubernetes/backends.ts';
import type { ApiClient } from '../kubernetes/client.ts';
import { buildKubeconfig } from '../kubernetes/identities.ts';
import { isHealthy } from '../kubernetes/probe.ts';
import type { ClusterOptions, PartStatus } from '../kubernetes/types.ts';
import type { RunningProcess } from '../process.ts';
import { imageVersion } from './image-version.ts';
import {
  buildIstiodArgs,
  buildIstiodEnvironment,
  ISTIOD_PORTS,
  type HostPorts,
  type IstiodPort,
} from './istiod-environment.ts';
import { buildPodStatus, type ContainerState } from './istiod-status.ts';

export interface IstiodPodContext {
  readonly cluster: ClusterOptions;
  readonly client: ApiClient;
  readonly apiServer: string;
  readonly caPem: string;
  readonly slots: { take(): number; release(slot: number): void };
  /** False while trouble holds back istiods of this version. */
  mayBecomeReady(version: string): boolean;
}

const POLL_MS = 250;
const FIRST_RESTART_MS = 1_000;
const LAST_RESTART_MS = 30_000;
const TOKEN_SECONDS = 7 * 86_400;

/** One pod of istiod and the process that plays it. */
export class IstiodPod implements Backend {
  readonly namespace: string;
  readonly pod: string;
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly containerPortNames: ReadonlyMap<string, number>;
  readonly hostPorts = new Map<number, number>();
  readonly version: string;

  readonly #context: IstiodPodContext;
  readonly #ended = new AbortController();
  #object: V1Pod;
  #process: RunningProcess | undefined;
  #state: ContainerState = { kind: 'waiting', reason: 'ContainerCreating' };
  #restarts = 0;
  #reported = '';
  #running: Promise<void> = Promise.resolve();

  constructor(object: V1Pod, context: IstiodPodContext) {
    this.#object = object;
    this.#context = context;
    this.namespace = object.metadata?.namespace ?? '';
    this.pod = object.metadata?.name ?? '';
    this.address = object.status?.podIP ?? '';
    this.labels = object.metadata?.labels ?? {};
    this.version = imageVersion(object.spec?.containers[0]?.image);
    this.containerPortNames = portNamesOf(object);
  }

  isReady(): boolean {
    return this.#state.kind === 'ready';
  }

  observe(object: V1Pod): void {
    this.#object = object;
  }

  run(): void {
    this.#running = this.#live().catch((error: unknown) => {
      if (!this.#ended.signal.aborted) this.#log(`given up: ${String(error)}`);
    });
  }

  /** Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#process?.stop();
    await this.#running;
  }

  status(): PartStatus {
    const name = `istiod ${this.pod}`;
    const detail = `${this.version}, ${this.#process ? `pid ${this.#process.pid}` : 'no process'}, restarts ${this.#restarts}`;
    return { name, state: this.isReady() ? 'ready' : 'starting', detail };
  }

  async #live(): Promise<void> {
    const tools = this.#context.cluster.tools.istio[this.version];
    if (tools === undefined) {
      await this.#become({ kind: 'waiting', reason: 'ImagePullBackOff' });
      return;
    }
    const slot = this.#context.slots.take();
    const folder = path.join(this.#context.cluster.dir, 'istiod', this.pod);
    try {
      const ports = await this.#takePorts(slot);
      await this.#forwardPorts();
      while (!this.#ended.signal.aborted) {
        try {
          await this.#runOnce({ command: tools.pilotDiscovery, folder, ports });
        } catch (error) {
          this.#log(`not started: ${String(error)}`);
        }
        if (this.#ended.signal.aborted) break;
        await this.#become({ kind: 'waiting', reason: 'CrashLoopBackOff' });
        const pauseMs = Math.min(FIRST_RESTART_MS * 2 ** this.#restarts, LAST_RESTART_MS);
        this.#restarts += 1;
        await delay(pauseMs, undefined, { signal: this.#ended.signal }).catch(() => undefined);
      }
    } finally {
      this.#context.slots.release(slot);
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #runOnce(options: {
    readonly command: string;
    readonly folder: string;
    readonly ports: HostPorts;
  }): Promise<void> {
    const { command, folder, ports } = options;
    const container = this.#object.spec?.containers[0];
    if (container === undefined) throw new Error(`${this.pod} has no container`);
    await mkdir(folder, { recursive: true });
    const kubeconfig = await this.#writeKubeconfig(folder);
    const running = await this.#context.cluster.spawn({
      name: `istiod-${this.pod}`,
      command,
      args: buildIstiodArgs(container, kubeconfig, ports),
      env: buildIstiodEnvironment(this.#object, container),
      cwd: folder,
      logFile: path.join(this.#context.cluster.dir, 'logs', `${this.pod}.log`),
    });
    this.#process = running;
    if (this.#ended.signal.aborted) await running.stop();
    this.#log(`started, pid ${running.pid}, version ${this.version}`);
    await this.#follow(running, `http://127.0.0.1:${ports.http}/ready`);
    this.#process = undefined;
  }

  /** Reports readiness for as long as the process lives. */
  async #follow(running: RunningProcess, readyUrl: string): Promise<void> {
    let hasEnded = false;
    const exit = running.exited.then(() => (hasEnded = true));
    while (!hasEnded) {
      const answers = await isHealthy({ url: readyUrl });
      const ready = answers && this.#context.mayBecomeReady(this.version);
      if (!this.#ended.signal.aborted && !hasEnded) {
        await this.#become(ready ? { kind: 'ready' } : { kind: 'unready' });
      }
      await Promise.race([exit, delay(POLL_MS)]);
    }
  }

  async #become(state: ContainerState): Promise<void> {
    this.#state = state;
    const wanted = JSON.stringify([state, this.#restarts]);
    if (wanted === this.#reported) return;
    try {
      await this.#context.client.patch(
        `/api/v1/namespaces/${this.namespace}/pods/${this.pod}/status`,
        'strategic',
        { status: buildPodStatus(this.#object, { state, restarts: this.#restarts }) },
      );
      this.#reported = wanted;
      this.#log(state.kind === 'waiting' ? state.reason : state.kind);
    } catch (error) {
      // Tried again at the next look; a pod that is gone ends by its deletion.
      this.#log(`status not written: ${String(error)}`);
    }
  }

  async #takePorts(slot: number): Promise<HostPorts> {
    const take = (name: string) => this.#context.cluster.ports.take(`istiod-${slot}-${name}`);
    const ports: HostPorts = {
      http: await take('http'),
      grpc: await take('grpc'),
      secureGrpc: await take('secure-grpc'),
      monitoring: await take('monitoring'),
      https: await take('https'),
      introspection: await take('introspection'),
    };
    const names: readonly IstiodPort[] = ['http', 'grpc', 'secureGrpc', 'monitoring', 'https'];
    for (const name of names) this.hostPorts.set(ISTIOD_PORTS[name], ports[name]);
    return ports;
  }

  /** Tells KWOK, whose kubelet answers `kubectl port-forward`, where the pod's ports are. */
  async #forwardPorts(): Promise<void> {
    const { name, uid } = this.#object.metadata ?? {};
    const forwards = [...this.hostPorts].map(([containerPort, port]) => ({
      ports: [containerPort],
      target: { address: '127.0.0.1', port },
    }));
    await this.#context.client.apply({
      apiVersion: 'kwok.x-k8s.io/v1alpha1',
      kind: 'PortForward',
      metadata: {
        name: this.pod,
        namespace: this.namespace,
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid }],
      },
      spec: { forwards },
    });
  }

  /** The process acts as the pod's service account, with the real chart's own permissions. */
  async #writeKubeconfig(folder: string): Promise<string> {
    const { name, uid } = this.#object.metadata ?? {};
    const account = this.#object.spec?.serviceAccountName ?? 'default';
    const answer = await this.#context.client.post<{ status: { token: string } }>(
      `/api/v1/namespaces/${this.namespace}/serviceaccounts/${account}/token`,
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {
          expirationSeconds: TOKEN_SECONDS,
          boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
        },
      },
    );
    const file = path.join(folder, 'kubeconfig.yaml');
    const { apiServer, caPem } = this.#context;
    const user = { token: answer.status.token };
    await writeFile(file, buildKubeconfig({ apiServer, caPem, name: account, user }), {
      mode: 0o600,
    });
    return file;
  }

  #log(text: string): void {
    this.#context.cluster.log(`istiod ${this.pod}: ${text}`);
  }
}

function portNamesOf({ spec }: V1Pod): ReadonlyMap<string, number> {
  const ports = spec?.containers[0]?.ports ?? [];
  return new Map(ports.flatMap(({ name, containerPort }) => (name ? [[name, containerPort]] : [])));
}
