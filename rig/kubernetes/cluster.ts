import type { V1Node, V1Service } from '@kubernetes/client-node';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startProcessKubelet, type ProcessKubelet } from '../mesh/istiod.ts';
import { watchTroubles, type TroubleWatch } from '../mesh/trouble-watch.ts';
import { BackendRegistry } from './backends.ts';
import { ApiClient } from './client.ts';
import {
  auditLogOf,
  startApiServer,
  startControllerManager,
  startEtcd,
  startKwok,
  startScheduler,
  type ControlPlaneContext,
  type Part,
} from './control-plane.ts';
import { startEgressProxy, type EgressProxy } from './egress-proxy.ts';
import { writeCredentials } from './identities.ts';
import { startInformer, type Informer } from './informer.ts';
import { readManifests } from './manifest.ts';
import { isReady } from './readiness.ts';
import { findRoute, type Route, type Target } from './route.ts';
import type { Cluster, ClusterOptions } from './types.ts';

// The kernel's limit for the path of a unix socket is 108 bytes.
const LONGEST_SOCKET_PATH = 100;
const KUBELET_PORT = 10_250;
const WEBHOOK_PORT = 15_017;
const KWOK_CRDS = ['stages', 'portforwards'];
const NODES_TIMEOUT_MS = 60_000;

/** Starts an empty Kubernetes cluster on this machine; what had started is stopped again when it fails. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const cluster = new LocalCluster(options);
  try {
    return await cluster.start();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

class LocalCluster {
  readonly #options: ClusterOptions;
  readonly #parts: Part[] = [];
  readonly #ended = new AbortController();
  readonly #backends = new BackendRegistry();
  #services: Informer<V1Service> | undefined;
  #troubles: TroubleWatch | undefined;
  #egress: EgressProxy | undefined;
  #kubelet: ProcessKubelet | undefined;
  #client: ApiClient | undefined;
  #socketFolder: string | undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  async start(): Promise<Cluster> {
    const { dir, ports } = this.#options;
    await mkdir(dir, { recursive: true });
    // One rig, one start: what an earlier one left in this folder belongs to another cluster.
    await Promise.all(
      ['etcd', 'istiod', 'audit.log'].map((each) =>
        rm(path.join(dir, each), { recursive: true, force: true }),
      ),
    );
    const port = await ports.take('kube-apiserver');
    const kwokPort = await ports.take('kwok');
    const apiServer = `https://127.0.0.1:${port}`;
    const socketPath = await this.#socketPath();
    const beginning = [
      writeCredentials(dir, apiServer),
      this.#keep(startEtcd(this.#options)),
      this.#startEgress(socketPath, kwokPort),
    ] as const;
    // Fails only when nothing is under way any more: a part that comes late must be stopped too.
    await Promise.allSettled(beginning);
    const [credentials, etcd] = await Promise.all(beginning);
    const caPem = await readFile(credentials.caFile, 'utf8');
    const context: ControlPlaneContext = { options: this.#options, credentials, caPem };
    await this.#keep(startApiServer(context, { port, etcdPort: etcd.clientPort }, socketPath));
    this.#options.log('kube-apiserver is ready');

    const client = await ApiClient.fromKubeconfig(credentials.kubeconfigs.rig);
    this.#client = client;
    const rest = [
      this.#keep(startControllerManager(context)),
      this.#keep(startScheduler(context)),
      this.#startNodes({ client, context, kwokPort }),
      this.#startMeshParts({ client, apiServer, caPem }),
    ];
    await Promise.allSettled(rest);
    await Promise.all(rest);
    this.#options.log('control plane and nodes are ready');
    return {
      kubeconfigs: credentials.kubeconfigs,
      auditLog: auditLogOf(dir),
      apiServer,
      status: async () => [
        ...(await Promise.all(this.#parts.map((part) => part.status()))),
        ...(this.#kubelet?.status() ?? []),
      ],
      stop: () => this.stop(),
    };
  }

  /** Clients first, then the API server, then its store. */
  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#kubelet?.stop();
    const lastNames = ['kube-apiserver', 'etcd'];
    await Promise.all(
      this.#parts.filter(({ name }) => !lastNames.includes(name)).map((part) => part.stop()),
    );
    this.#client?.close();
    await this.#egress?.close();
    for (const name of lastNames) await this.#parts.find((part) => part.name === name)?.stop();
    if (this.#socketFolder !== undefined) await rm(this.#socketFolder, { recursive: true });
  }

  async #startEgress(socketPath: string, kwokPort: number): Promise<void> {
    const kubelets = new Set(['localhost', '127.0.0.1']);
    const route = (target: Target): Route | undefined =>
      kubelets.has(target.host) && target.port === kwokPort
        ? { containerPort: KUBELET_PORT, hostPort: kwokPort }
        : findRoute(target, { services: this.#services?.items() ?? [], backends: this.#backends });
    this.#egress = await startEgressProxy({
      socketPath,
      route,
      fault: ({ containerPort }) =>
        containerPort === WEBHOOK_PORT && this.#troubles?.isOn('webhook-down') === true
          ? { kind: 'refuse' }
          : undefined,
      log: (line) => this.#options.log(line),
    });
  }

  async #startNodes(options: {
    readonly client: ApiClient;
    readonly context: ControlPlaneContext;
    readonly kwokPort: number;
  }): Promise<void> {
    const { client, context, kwokPort } = options;
    const assets = path.join(this.#options.tools.kwokAssets, 'kustomize');
    const crds = KWOK_CRDS.map((kind) =>
      path.join(assets, 'crd/bases', `kwok.x-k8s.io_${kind}.yaml`),
    );
    const own = ['base.yaml', 'access.yaml'].map(
      (file) => new URL(`./manifests/${file}`, import.meta.url),
    );
    await applyFiles(client, [...crds, ...own]);
    const stages = [
      path.join(assets, 'stage/node/fast/node-initialize.yaml'),
      path.join(assets, 'stage/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml'),
      new URL('./stages/pods.yaml', import.meta.url),
    ];
    await retry(() => applyFiles(client, stages), this.#options.signal);
    await this.#keep(startKwok(context, kwokPort));
    await waitForNodes(client, this.#options.signal);
  }

  async #startMeshParts(options: {
    readonly client: ApiClient;
    readonly apiServer: string;
    readonly caPem: string;
  }): Promise<void> {
    const { client } = options;
    const { signal } = this.#ended;
    this.#services = await startInformer<V1Service>({ client, path: '/api/v1/services', signal });
    const troubles = await watchTroubles({
      client,
      signal,
      onChange: () => this.#egress?.applyFaults(),
    });
    this.#troubles = troubles;
    this.#kubelet = await startProcessKubelet({
      ...options,
      cluster: this.#options,
      backends: this.#backends,
      troubles,
      signal,
    });
  }

  async #keep<T extends Part>(starting: Promise<T>): Promise<T> {
    const part = await starting;
    this.#parts.push(part);
    return part;
  }

  async #socketPath(): Promise<string> {
    const near = path.join(this.#options.dir, 'egress.sock');
    if (near.length <= LONGEST_SOCKET_PATH) return near;
    this.#socketFolder = await mkdtemp(path.join(os.tmpdir(), 'meshlift-rig-'));
    return path.join(this.#socketFolder, 'egress.sock');
  }
}

async function applyFiles(client: ApiClient, files: readonly (string | URL)[]): Promise<void> {
  const manifests = (await Promise.all(files.map((file) => readManifests(file)))).flat();
  const isNamespace = ({ kind }: (typeof manifests)[number]): boolean => kind === 'Namespace';
  // What lives in a namespace cannot be there before it.
  await Promise.all(manifests.filter(isNamespace).map((manifest) => client.apply(manifest)));
  const others = manifests.filter((manifest) => !isNamespace(manifest));
  await Promise.all(others.map((manifest) => client.apply(manifest)));
}

/** A new kind is served a moment after its definition is in. */
async function retry(work: () => Promise<void>, signal?: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt === 50) throw error;
      await delay(100, undefined, signal ? { signal } : {});
    }
  }
}

async function waitForNodes(client: ApiClient, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + NODES_TIMEOUT_MS;
  for (;;) {
    const { items } = await client.get<{ items: V1Node[] }>('/api/v1/nodes');
    if (items.length > 0 && items.every(isReady)) return;
    if (Date.now() > deadline) throw new Error('the nodes did not become ready; see logs of kwok');
    await delay(100, undefined, signal ? { signal } : {});
  }
}
