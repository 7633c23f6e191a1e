import { KubernetesError } from '../../clients/kubernetes-error.ts';
import type { KubernetesClient } from '../../clients/kubernetes.ts';
import {
  interpretConnectedProxies,
  istiodReplicas,
  proxiesAmong,
} from '../../domain/inventory/interpret-connected-proxies.ts';
import type { PodDetail } from '../../domain/inventory/interpret-pod-detail.ts';
import { interpretSyncz, type SyncClient } from '../../domain/inventory/interpret-syncz.ts';
import { known, unknown, type Known } from '../../domain/inventory/known.ts';
import type { ControlPlane } from '../../domain/mesh/observed-mesh.ts';
import { inParallel, readKnown } from './read-known.ts';

/** Port `http-monitoring` of istiod. */
const MONITORING_PORT = 15014;

/** Asks every replica of istiod which proxies are connected to it. */
export async function readConnectedProxies(
  kubernetes: KubernetesClient,
  mesh: { readonly meshNamespace: string; readonly controlPlanes: readonly ControlPlane[] },
  pods: readonly PodDetail[],
): Promise<Known<Readonly<Record<string, number>>>> {
  const answers = await inParallel(
    istiodReplicas(pods, mesh.meshNamespace),
    async ({ namespace, name, controlPlane = 'default' }) => ({
      pod: `${namespace}/${name}`,
      revision: controlPlane,
      proxies: proxiesAmong(await askReplica(kubernetes, { namespace, name })),
    }),
  );
  return interpretConnectedProxies(mesh.controlPlanes, answers);
}

/**
 * istiod answers `/debug/syncz` to its own localhost and to callers that authenticate with it. A
 * request through the API server's proxy comes from neither, as the API server takes our credentials
 * off: an istiod that listens on a real network refuses it (401; 403 where
 * ENABLE_DEBUG_ENDPOINT_AUTH, on since 1.27.6, asks for the caller's namespace too). Through a
 * forwarded port it comes from localhost, as from istioctl. With `onlyNamespace` it answers for the
 * proxies of that namespace alone.
 */
export async function askReplica(
  kubernetes: Pick<KubernetesClient, 'getFromPod' | 'getInsidePod'>,
  pod: { readonly namespace: string; readonly name: string },
  { onlyNamespace }: { readonly onlyNamespace?: string | undefined } = {},
): Promise<Known<readonly SyncClient[]>> {
  const port = { namespace: pod.namespace, name: pod.name, port: MONITORING_PORT };
  const path = onlyNamespace === undefined ? SYNCZ : `${SYNCZ}?namespace=${onlyNamespace}`;
  const proxied = await readKnown(
    kubernetes.getFromPod(port, path).catch((error: unknown) => {
      if (isRefusal(error)) return REFUSED;
      throw error;
    }),
  );
  if (proxied.kind === 'unknown') return proxied;
  if (proxied.value !== REFUSED) return clientsIn(proxied.value);
  const forwarded = await readKnown(kubernetes.getInsidePod(port, path));
  return forwarded.kind === 'unknown'
    ? unknown(`through the API server's proxy it is refused, and ${forwarded.why}`)
    : clientsIn(forwarded.value);
}

const SYNCZ = '/debug/syncz';
const REFUSED = Symbol('refused');

/** By the API server or by istiod: either way a forwarded port is another question. */
function isRefusal(error: unknown): boolean {
  return error instanceof KubernetesError && (error.code === 401 || error.code === 403);
}

function clientsIn(answer: unknown): Known<readonly SyncClient[]> {
  const clients = interpretSyncz(answer);
  return clients === undefined
    ? unknown('its answer to /debug/syncz is no list of proxies')
    : known(clients);
}
