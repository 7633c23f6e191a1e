import type { V1Pod, V1ServiceAccount } from '@kubernetes/client-node';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '../kubernetes/client.ts';
import { isReady } from '../kubernetes/readiness.ts';
import type { Manifest } from '../kubernetes/manifest.ts';
import type { Cluster, ClusterOptions } from '../kubernetes/types.ts';
import { buildInstallArgs, buildTagArgs, runIstioctl } from './istioctl.ts';
import { buildNamespace, buildWorkloads, SAMPLE_LABEL } from './samples/manifests.ts';
import { SAMPLE_NAMESPACES, type SampleNamespace } from './samples/workloads.ts';
import { STARTING_MESH } from './starting-mesh.ts';

const PODS_TIMEOUT_MS = 90_000;
const PEOPLE = 'kubectl';

/** Puts the starting mesh and the sample workloads in place, the way people would. */
export async function installSampleMesh(
  cluster: Cluster,
  options: ClusterOptions,
  revision: string,
): Promise<void> {
  const client = await ApiClient.fromKubeconfig(cluster.kubeconfigs.rig);
  try {
    const apply = applyAll.bind(undefined, client);
    await apply(namespacesOf(revision).map(buildNamespace));
    await installIstio(cluster, options, revision);
    await waitForServiceAccounts(client);
    await apply(SAMPLE_NAMESPACES.flatMap(buildWorkloads));
    await waitForPods(client, options.signal);
    options.log('sample workloads are ready');
  } finally {
    client.close();
  }
}

/** Where a namespace names the starting revision it names the one that there is. */
function namespacesOf(revision: string): readonly SampleNamespace[] {
  return SAMPLE_NAMESPACES.map((namespace) =>
    namespace.labels['istio.io/rev'] === STARTING_MESH.revision
      ? { ...namespace, labels: { ...namespace.labels, 'istio.io/rev': revision } }
      : namespace,
  );
}

async function installIstio(
  cluster: Cluster,
  options: ClusterOptions,
  revision: string,
): Promise<void> {
  const { version } = STARTING_MESH;
  // istioctl makes the tag `default` by itself where it installs without a revision.
  const tags = STARTING_MESH.tags.filter((tag) => tag !== revision);
  const tools = options.tools.istio[version];
  if (tools === undefined) throw new Error(`istioctl ${version} has not been built`);
  const run = (args: string[]) =>
    runIstioctl({
      istioctl: tools.istioctl,
      kubeconfig: cluster.kubeconfigs.rig,
      args,
      ...(options.signal ? { signal: options.signal } : {}),
    });
  await run(buildInstallArgs(revision));
  options.log(`Istio ${version} is installed as revision ${revision}`);
  await Promise.all(tags.map((tag) => run(buildTagArgs(tag, revision))));
  options.log(`tags ${tags.join(' and ')} point to ${revision}`);
}

async function applyAll(client: ApiClient, manifests: readonly Manifest[]): Promise<void> {
  await Promise.all(manifests.map((manifest) => client.apply(manifest, { manager: PEOPLE })));
}

/** Until then a namespace takes no pods, and controllers back off for seconds. */
async function waitForServiceAccounts(client: ApiClient): Promise<void> {
  for (const { name } of SAMPLE_NAMESPACES) {
    const path = `/api/v1/namespaces/${name}/serviceaccounts/default`;
    while ((await client.find<V1ServiceAccount>(path)) === undefined) await delay(100);
  }
}

async function waitForPods(client: ApiClient, signal?: AbortSignal): Promise<void> {
  const [[key, value] = ['', '']] = Object.entries(SAMPLE_LABEL);
  const path = `/api/v1/pods?labelSelector=${encodeURIComponent(`${key}=${value}`)}`;
  const deadline = Date.now() + PODS_TIMEOUT_MS;
  for (;;) {
    const { items } = await client.get<{ items: V1Pod[] }>(path);
    const waiting = items.filter((pod) => !isReady(pod));
    if (items.length >= expectedPods() && waiting.length === 0) return;
    if (Date.now() > deadline) {
      const names = waiting.map(
        ({ metadata }) => `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`,
      );
      throw new Error(
        `${items.length} of ${expectedPods()} sample pods exist, not ready: ${names.join(', ') || 'none'}`,
      );
    }
    await delay(200, undefined, signal ? { signal } : {});
  }
}

function expectedPods(): number {
  const workloads = SAMPLE_NAMESPACES.flatMap((namespace) => namespace.workloads);
  return workloads.reduce((sum, { replicas }) => sum + replicas, 0);
}
