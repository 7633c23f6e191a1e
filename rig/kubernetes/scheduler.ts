import type { Credentials } from './identities.ts';

export interface SchedulerOptions {
  readonly port: number;
  readonly credentials: Credentials;
}

export function buildSchedulerArgs({ port, credentials }: SchedulerOptions): string[] {
  return [
    `--kubeconfig=${credentials.componentKubeconfigs['kube-scheduler']}`,
    '--leader-elect=false',
    '--profiling=false',
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--tls-cert-file=${credentials.servingCertFile}`,
    `--tls-private-key-file=${credentials.servingKeyFile}`,
  ];
}
