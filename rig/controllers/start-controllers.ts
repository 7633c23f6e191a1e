import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { ApiClient } from '../kubernetes/client.ts';
import { startPart, type Part } from '../kubernetes/control-plane.ts';
import { buildKubeconfig } from '../kubernetes/identities.ts';
import type { Manifest } from '../kubernetes/manifest.ts';
import type { Cluster, ClusterOptions } from '../kubernetes/types.ts';
import { buildControllerArgs } from './command-line.ts';
import type { ControllerName } from './names.ts';

const run = promisify(execFile);
const KUBECTL_TIMEOUT_MS = 60_000;
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
  await applyDefinitions(assets, context);
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

/**
 * The controller's own definitions, from its module, until they are served: it ends without them. By kubectl, since
 * those of Flagger are YAML only as Go reads it.
 */
async function applyDefinitions(
  folder: string,
  { cluster: { kubeconfigs }, options: { tools } }: Context,
): Promise<void> {
  const files = (await readdir(folder)).filter((file) => /crd\.yaml$/.test(file));
  if (files.length === 0) throw new Error(`expected definitions of resources in ${folder}`);
  const operands = files.toSorted().flatMap((file) => ['-f', path.join(folder, file)]);
  const kubectl = (...args: string[]) =>
    run(tools.kubectl, [`--kubeconfig=${kubeconfigs.rig}`, ...args, ...operands], {
      timeout: KUBECTL_TIMEOUT_MS,
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/' },
    });
  await kubectl('apply', '--server-side', '--field-manager=meshlift-rig');
  await kubectl('wait', '--for=condition=Established', '--timeout=30s');
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
