import type { V1Container, V1EnvVar, V1Pod } from '@kubernetes/client-node';

/** The ports of an istiod container, and what each is for. */
export const ISTIOD_PORTS = {
  http: 8080,
  grpc: 15010,
  secureGrpc: 15012,
  monitoring: 15014,
  https: 15017,
} as const;
export type IstiodPort = keyof typeof ISTIOD_PORTS;

/** On this machine it also opens its introspection port, which nobody asks for. */
export type HostPorts = Readonly<Record<IstiodPort | 'introspection', number>>;

// Set by the rig itself, or without meaning outside a container.
const NOT_PASSED_ON = new Set(['KUBECONFIG', 'GOMEMLIMIT', 'GOMAXPROCS']);
const ADDRESS_FLAGS = /^--(monitoringAddr|httpAddr|httpsAddr|grpcAddr|secureGRPCAddr)=/;

/** The pod's own arguments, with the addresses of this machine. */
export function buildIstiodArgs(
  container: V1Container,
  kubeconfig: string,
  ports: HostPorts,
): string[] {
  const own = (container.args ?? ['discovery']).filter((arg) => !ADDRESS_FLAGS.test(arg));
  return [
    ...own,
    `--kubeconfig=${kubeconfig}`,
    `--httpAddr=127.0.0.1:${ports.http}`,
    `--httpsAddr=127.0.0.1:${ports.https}`,
    `--grpcAddr=127.0.0.1:${ports.grpc}`,
    `--secureGRPCAddr=127.0.0.1:${ports.secureGrpc}`,
    `--monitoringAddr=127.0.0.1:${ports.monitoring}`,
    '--ctrlz_address=127.0.0.1',
    `--ctrlz_port=${ports.introspection}`,
    '--shutdownDuration=1s',
  ];
}

/** What the pod's spec sets, so that a changed Deployment changes the process; field references are looked up. */
export function buildIstiodEnvironment(pod: V1Pod, container: V1Container): Record<string, string> {
  const fromPod = (container.env ?? [])
    .filter(({ name }) => !NOT_PASSED_ON.has(name))
    .flatMap((variable): [string, string][] => {
      const value = valueOf(variable, pod);
      return value === undefined ? [] : [[variable.name, value]];
    });
  return { GOMAXPROCS: '1', ...Object.fromEntries(fromPod) };
}

function valueOf({ value, valueFrom }: V1EnvVar, pod: V1Pod): string | undefined {
  if (value !== undefined) return value;
  switch (valueFrom?.fieldRef?.fieldPath) {
    case 'metadata.name':
      return pod.metadata?.name;
    case 'metadata.namespace':
      return pod.metadata?.namespace;
    case 'spec.serviceAccountName':
      return pod.spec?.serviceAccountName;
    case 'status.podIP':
      return pod.status?.podIP;
    case undefined:
    default:
      return undefined;
  }
}
