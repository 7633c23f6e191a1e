import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import { compareText, type KubernetesObject } from '../../domain/kubernetes-object.ts';
import { identityOfService, type ServiceIdentity } from '../../domain/in-place/service-identity.ts';
import type { GatewayFacts } from '../../domain/inventory/gateway-facts.ts';
import type { PlannedObject } from '../../domain/planning/plan.ts';
import { inParallel } from '../inventory/read-known.ts';

type ServiceName = Pick<ServiceIdentity, 'namespace' | 'name'>;

/** The Services that must outlast an upgrade in place: those of istiod, and those in front of gateways. */
export async function readServices(
  kubernetes: KubernetesClient,
  pilot: readonly PlannedObject[],
  gateways: readonly GatewayFacts[],
): Promise<readonly ServiceIdentity[]> {
  const names = [
    ...pilot
      .filter(({ ref }) => ref.kind === 'Service')
      .map(({ ref: { namespace = '', name } }) => ({ namespace, name })),
    ...gateways.flatMap(({ namespace, services }) =>
      services.map(({ name }) => ({ namespace, name })),
    ),
  ];
  const live = await readLive(kubernetes, names);
  return [...live.values()]
    .map(identityOfService)
    .toSorted((a, b) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name));
}

/** Those of them that are there, by `namespace/name`. */
export async function readLive(
  kubernetes: KubernetesClient,
  names: readonly ServiceName[],
): Promise<ReadonlyMap<string, KubernetesObject>> {
  const wanted = new Set(names.map(keyOf));
  const namespaces = [...new Set(names.map(({ namespace }) => namespace))];
  const lists = await inParallel(namespaces, (namespace) =>
    kubernetes.list(RESOURCE_KINDS.service, { namespace }),
  );
  return new Map(
    lists
      .flat()
      .map((service) => [keyOf(identityOfService(service)), service] as const)
      .filter(([key]) => wanted.has(key)),
  );
}

export function keyOf({ namespace, name }: ServiceName): string {
  return `${namespace}/${name}`;
}
