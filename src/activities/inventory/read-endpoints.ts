import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import {
  interpretEndpointSlice,
  type EndpointFacts,
} from '../../domain/inventory/interpret-services.ts';
import { webhookNamespaces } from '../../domain/inventory/interpret-webhooks.ts';
import type { Known } from '../../domain/inventory/known.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import { inParallel, readKnown } from './read-known.ts';

/** EndpointSlices of the namespaces that Istio's webhooks send to, which is one, or very few. */
export async function readEndpoints(
  kubernetes: KubernetesClient,
  configurations: readonly KubernetesObject[],
): Promise<ReadonlyMap<string, Known<readonly EndpointFacts[]>>> {
  const read = await inParallel(webhookNamespaces(configurations), async (namespace) => {
    const { endpointSlice } = RESOURCE_KINDS;
    const found = kubernetes.collect(endpointSlice, { namespace }, interpretEndpointSlice);
    return [namespace, await readKnown(found)] as const;
  });
  return new Map(read);
}
