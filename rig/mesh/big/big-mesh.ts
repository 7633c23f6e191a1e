import type { V1Pod } from '@kubernetes/client-node';
import { ApiClient } from '../../kubernetes/client.ts';
import { ProcessRecord } from '../../process-record.ts';
import type { RigState } from '../../rig-state.ts';
import { UserError } from '../../user-error.ts';
import { buildFarm, JOINS, labelsToJoin, type FarmNamespace } from './farm.ts';
import { inParallel } from './in-parallel.ts';
import { untilCalm } from './until-calm.ts';
import { waitForServiceAccounts } from './wait-for-service-accounts.ts';
import { buildNodes, buildOwners, buildPod, buildPodStatus, type Owner } from './objects.ts';

/** How large a mesh is to become. */
export interface FarmSize {
  readonly workloads: number;
  readonly pods: number;
}

export interface FarmOptions extends FarmSize {
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

const PARALLEL = 24;
/** As many pods as a real kubelet takes. */
const PODS_PER_NODE = 110;

/**
 * Fills a mesh with workloads to look at, far more than could be started one by one: pods are made
 * directly, bound to nodes, with what the real injector adds to one pod of the sample mesh and with
 * the status of a pod that runs. The controller manager is held still from here on: it would make the pods of
 * each workload itself, and admit each of them. Such a rig is for looking, not for restarting.
 */
export async function growMesh(
  state: RigState & { endpoints: NonNullable<RigState['endpoints']> },
  { workloads, pods, log, signal }: FarmOptions,
): Promise<void> {
  const client = await ApiClient.fromKubeconfig(state.endpoints.kubeconfigs.rig);
  try {
    const farm = buildFarm({ workloads, pods });
    const injected = await askInjector(client);
    const nodes = buildNodes(Math.ceil(pods / PODS_PER_NODE));
    const common = { limit: PARALLEL, ...(signal ? { signal } : {}) };
    await inParallel(nodes, common, (node) => client.post('/api/v1/nodes', node));
    await inParallel(farm, common, ({ name }) =>
      client.post('/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      }),
    );
    await waitForServiceAccounts(
      client,
      farm.map(({ name }) => name),
    );
    holdControllerManager(state.stateDir);
    log(`${farm.length} namespaces and ${nodes.length} nodes`);

    const owners = await makeOwners(client, farm, common);
    log(`${owners.length} workloads`);
    await makePods(client, { owners, injected, nodes: nodes.map(nameOf), common, log });
    await joinMesh(client, farm, common);
    await untilCalm(state.stateDir, { log, ...(signal ? { signal } : {}) });
    log(`${owners.reduce((sum, { replicas }) => sum + replicas, 0)} pods run`);
  } finally {
    client.close();
  }
}

type Common = { readonly limit: number; readonly signal?: AbortSignal };

/** A pod as the real webhook returns it; a dry run, so that none is left. */
async function askInjector(client: ApiClient): Promise<V1Pod> {
  const [{ namespace }] = JOINS;
  return client.post<V1Pod>(`/api/v1/namespaces/${namespace}/pods?dryRun=All`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pattern', labels: { app: 'pattern' } },
    spec: {
      containers: [
        {
          name: 'app',
          image: 'registry.example.com/farm/app:1.0.0',
          resources: { requests: { cpu: '20m', memory: '32Mi' } },
        },
      ],
    },
  });
}

/** By recorded pid and start time; `down` ends it all the same, since that may kill. */
function holdControllerManager(stateDir: string): void {
  const found = new ProcessRecord(stateDir)
    .load()
    .find(({ name }) => name === 'kube-controller-manager');
  if (found === undefined) {
    throw new UserError('expected a controller manager among the processes of this rig');
  }
  process.kill(found.pid, 'SIGSTOP');
}

/** Workloads first, their ReplicaSets next: the latter need the uid of the former. */
async function makeOwners(
  client: ApiClient,
  farm: readonly FarmNamespace[],
  common: Common,
): Promise<readonly Owner[]> {
  const wanted = farm.flatMap(({ name, workloads }) =>
    workloads.map((workload) => ({ namespace: name, workload })),
  );
  const owners: Owner[] = [];
  await inParallel(wanted, common, async ({ namespace, workload }) => {
    owners.push(await buildOwners(client, namespace, workload));
  });
  return owners.toSorted((a, b) =>
    `${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1,
  );
}

async function makePods(
  client: ApiClient,
  {
    owners,
    injected,
    nodes,
    common,
    log,
  }: {
    readonly owners: readonly Owner[];
    readonly injected: V1Pod;
    readonly nodes: readonly string[];
    readonly common: Common;
    readonly log: (line: string) => void;
  },
): Promise<void> {
  const all = owners.flatMap((owner) =>
    Array.from({ length: owner.replicas }, (_, number) => ({ owner, number })),
  );
  let made = 0;
  await inParallel([...all.entries()], common, async ([index, { owner, number }]) => {
    const node = nodes[index % nodes.length] ?? 'node-1';
    const pod = buildPod(injected, { owner, number, node });
    const path = `/api/v1/namespaces/${owner.namespace}/pods`;
    const { metadata } = await client.post<V1Pod>(path, pod);
    // KWOK would do it too, at a rate of a hundred pods a second and less.
    const status = buildPodStatus(injected, index);
    await client.patch(`${path}/${metadata?.name ?? ''}/status`, 'merge', status);
    made += 1;
    if (made % 2000 === 0) log(`${made} of ${all.length} pods`);
  });
}

/** Only now: with the label there from the beginning every pod would be asked about at the webhook. */
async function joinMesh(
  client: ApiClient,
  farm: readonly FarmNamespace[],
  common: Common,
): Promise<void> {
  await inParallel([...farm.entries()], common, ([index, { name }]) =>
    client.patch(`/api/v1/namespaces/${name}`, 'merge', {
      metadata: { labels: labelsToJoin(index) },
    }),
  );
}

function nameOf({ metadata }: { readonly metadata: { readonly name: string } }): string {
  return metadata.name;
}
