import type { Credentials } from './identities.ts';

export interface KwokOptions {
  /** Serves both the kubelet's API (port-forward) and health. */
  readonly port: number;
  readonly credentials: Credentials;
}

/**
 * Stages are objects in the cluster, not a file, so that trouble can be added and taken away while it runs.
 * KWOK refuses a kind that comes both ways.
 */
export function buildKwokArgs({ port, credentials }: KwokOptions): string[] {
  return [
    `--kubeconfig=${credentials.componentKubeconfigs.kwok}`,
    '--manage-all-nodes=true',
    '--cidr=10.244.0.0/16',
    '--node-ip=127.0.0.1',
    '--node-name=localhost',
    `--node-port=${port}`,
    `--server-address=127.0.0.1:${port}`,
    `--tls-cert-file=${credentials.servingCertFile}`,
    `--tls-private-key-file=${credentials.servingKeyFile}`,
    '--node-lease-duration-seconds=40',
    '--enable-crds=Stage,PortForward',
  ];
}
