import type { V1Service } from '@kubernetes/client-node';
import type { BackendRegistry, Backend } from './backends.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface Route {
  /** The port the pod's container would listen on: tells what is being talked to. */
  readonly containerPort: number;
  readonly hostPort: number;
}

/** From an address inside the cluster to a port on this machine; undefined when nothing answers there. */
export function findRoute(
  target: Target,
  cluster: { readonly services: readonly V1Service[]; readonly backends: BackendRegistry },
): Route | undefined {
  const pod = cluster.backends.atAddress(target.host);
  if (pod !== undefined) return routeTo(pod, target.port);

  const found = findServicePort(target, cluster.services);
  if (found === undefined) return undefined;
  const backend = cluster.backends.selectedBy(found.namespace, found.selector);
  if (backend === undefined) return undefined;
  const { targetPort } = found;
  const containerPort =
    typeof targetPort === 'number' ? targetPort : backend.containerPortNames.get(targetPort);
  return containerPort === undefined ? undefined : routeTo(backend, containerPort);
}

interface ServicePort {
  readonly namespace: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly targetPort: number | string;
}

function findServicePort(target: Target, services: readonly V1Service[]): ServicePort | undefined {
  const service = services.find(({ spec }) => spec?.clusterIP === target.host);
  const { selector, ports } = service?.spec ?? {};
  const port = ports?.find((each) => each.port === target.port);
  if (selector === undefined || port === undefined) return undefined;
  const namespace = service?.metadata?.namespace ?? '';
  return { namespace, selector, targetPort: port.targetPort ?? port.port };
}

function routeTo(backend: Backend, containerPort: number): Route | undefined {
  const hostPort = backend.hostPorts.get(containerPort);
  return hostPort === undefined ? undefined : { containerPort, hostPort };
}
