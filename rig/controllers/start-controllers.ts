import type { V1CustomResourceDefinition } from '@kubernetes/client-node';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '../kubernetes/client.ts';
import { startPart, type Part } from '../kubernetes/control-plane.ts';
import { buildKubeconfig } from '../kubernetes/identities.ts';
import { readManifests, type Manifest } from '../kubernetes/manifest.ts';
import type { Cluster, ClusterOptions } from '../kubernetes/types.ts';
import { buildControllerArgs } from './command-line.ts';
import type { ControllerName } from './names.ts';

const SERVED_TIMEOUT_MS = 30_000;
const POLL_MS = 100;
const TOKEN_SECONDS = 7 * 86_400;

/** Starts the controllers one after another; those that had started are stopped again when one fails. */
export async function startControllers(
  names: readonly ControllerName[],
  { cluster, options }: { readonly cluster: Cluster; readonly options: ClusterOptions },
): Promise<readonly Part[]> {
  const client = await ApiClient.fromKubeconfig(cluster.kubeconfigs.rig);
  const started: Part[] = [];
  try {
    for (const name of names) {
      started.push(await startController(name, { client, cluster, options }));
    }
    return started;
  } catch (error) {
    await Promise.all(started.map((part) => part.stop()));
    throw error;
  } finally {
    client.close();
  }
}

interface Context {
  readonly client: ApiClient;
  readonly cluster: Cluster;
  readonly options: ClusterOptions;
}

async function startController(name: ControllerName, context: Context): Promise<Part> {
  const { client, options } = context;
  const { binary, assets } = options.tools.controllers[name];
  const definitions = await readDefinitions(assets);
  await Promise.all(definitions.map((definition) => client.apply(definition)));
  await untilServed(client, definitions);
  for (const object of buildAccount(name)) await client.apply(object);
  const ports = {
    health: await options.ports.take(`${name}-health`),
    metrics: await options.ports.take(`${name}-metrics`),
  };
  return startPart(options, {
    name,
    command: binary,
    args: buildControllerArgs(name, { kubeconfig: await writeKubeconfig(name, context), ports }),
    probe: { url: `http://127.0.0.1:${ports.health}/healthz` },
  });
}

/** The controller's own definitions, from its module; the files beside them are for other ways to install. */
async function readDefinitions(folder: string): Promise<readonly Manifest[]> {
  const files = (await readdir(folder)).filter((file) => /crd\.yaml$/.test(file)).toSorted();
  const manifests = await Promise.all(files.map((file) => readManifests(path.join(folder, file))));
  const definitions = manifests.flat().filter(({ kind }) => kind === 'CustomResourceDefinition');
  if (definitions.length > 0) return definitions;
  throw new Error(`expected CustomResourceDefinitions in ${folder}, found none`);
}

/** A new kind is served a moment after its definition is in, and the controllers end without it. */
async function untilServed(client: ApiClient, definitions: readonly Manifest[]): Promise<void> {
  const deadline = Date.now() + SERVED_TIMEOUT_MS;
  for (const { metadata } of definitions) {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata.name}`;
    while (!isEstablished(await client.get<V1CustomResourceDefinition>(path))) {
      if (Date.now() > deadline) throw new Error(`${metadata.name} is not served`);
      await delay(POLL_MS);
    }
  }
}

function isEstablished({ status }: V1CustomResourceDefinition): boolean {
  const conditions = status?.conditions ?? [];
  return conditions.some((each) => each.type === 'Established' && each.status === 'True');
}

/** A service account of its own, as where it runs in a pod, so that the audit log names it the same way. */
function buildAccount(name: ControllerName): readonly Manifest[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: name } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'cluster-admin',
      },
      subjects: [{ kind: 'ServiceAccount', name, namespace: name }],
    },
  ];
}

async function writeKubeconfig(
  name: ControllerName,
  { client, cluster: { apiServer }, options }: Context,
): Promise<string> {
  const { status } = await client.post<{ status: { token: string } }>(
    `/api/v1/namespaces/${name}/serviceaccounts/${name}/token`,
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: TOKEN_SECONDS },
    },
  );
  const caPem = await readFile(path.join(options.dir, 'pki', 'ca.pem'), 'utf8');
  const file = path.join(options.dir, 'kubeconfigs', `${name}.yaml`);
  const user = { token: status.token };
  await writeFile(file, buildKubeconfig({ apiServer, caPem, name, user }), { mode: 0o600 });
  return file;
}
