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

  const service = cluster.services.find(({ spec }) => spec?.clusterIP === target.host);
  const port = service?.spec?.ports?.find((each) => each.port === target.port);
  const selector = service?.spec?.selector;
  if (port === undefined || selector === undefined) return undefined;

  const backend = cluster.backends.selectedBy(service?.metadata?.namespace ?? '', selector);
  if (backend === undefined) return undefined;
  const wanted: number | string = port.targetPort ?? port.port;
  const containerPort =
    typeof wanted === 'number' ? wanted : backend.containerPortNames.get(wanted);
  return containerPort === undefined ? undefined : routeTo(backend, containerPort);
}

function routeTo(backend: Backend, containerPort: number): Route | undefined {
  const hostPort = backend.hostPorts.get(containerPort);
  return hostPort === undefined ? undefined : { containerPort, hostPort };
}
