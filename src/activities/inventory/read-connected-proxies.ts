import type { KubernetesClient } from '../../clients/kubernetes.ts';
import {
  interpretConnectedProxies,
  istiodReplicas,
  proxiesIn,
} from '../../domain/inventory/interpret-connected-proxies.ts';
import type { PodDetail } from '../../domain/inventory/interpret-pod-detail.ts';
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
      proxies: await askReplica(kubernetes, { namespace, name }),
    }),
  );
  return interpretConnectedProxies(mesh.controlPlanes, answers);
}

async function askReplica(
  kubernetes: KubernetesClient,
  pod: { readonly namespace: string; readonly name: string },
): Promise<Known<readonly string[]>> {
  const answer = await readKnown(
    kubernetes.getFromPod({ ...pod, port: MONITORING_PORT }, '/debug/syncz'),
  );
  if (answer.kind === 'unknown') return answer;
  const proxies = proxiesIn(answer.value);
  return proxies === undefined
    ? unknown('its answer to /debug/syncz is no list of proxies')
    : known(proxies);
}
