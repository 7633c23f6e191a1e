import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { compareText, type ObjectRef } from '../../domain/kubernetes-object.ts';
import { identityOfService, type ServiceIdentity } from '../../domain/in-place/service-identity.ts';
import type { GatewayFacts } from '../../domain/inventory/gateway-facts.ts';
import type { PlannedObject } from '../../domain/planning/plan.ts';
import { inParallel } from '../inventory/read-known.ts';

export function serviceRef({
  namespace,
  name,
}: Pick<ServiceIdentity, 'namespace' | 'name'>): ObjectRef {
  return { apiVersion: 'v1', kind: 'Service', namespace, name };
}

/** The Services that must outlast an upgrade in place: those of istiod, and those in front of gateways. */
export async function readServices(
  kubernetes: KubernetesClient,
  pilot: readonly PlannedObject[],
  gateways: readonly GatewayFacts[],
): Promise<readonly ServiceIdentity[]> {
  const refs = [
    ...pilot.map(({ ref }) => ref).filter(({ kind }) => kind === 'Service'),
    ...gateways.flatMap(({ namespace, services }) =>
      services.map(({ name }) => serviceRef({ namespace, name })),
    ),
  ];
  const unique = [...new Map(refs.map((ref) => [`${ref.namespace}/${ref.name}`, ref])).values()];
  const found = await inParallel(unique, (ref) => kubernetes.get(ref));
  return found
    .filter((service) => service !== undefined)
    .map(identityOfService)
    .toSorted((a, b) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name));
}
