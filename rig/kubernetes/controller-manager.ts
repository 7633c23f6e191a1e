import type { Credentials } from './identities.ts';

/** Those that workloads, budgets, namespaces and tokens need; nothing of clouds, volumes or bootstrap. */
const CONTROLLERS = [
  'deployment-controller',
  'replicaset-controller',
  'statefulset-controller',
  'daemonset-controller',
  'disruption-controller',
  'job-controller',
  'cronjob-controller',
  'namespace-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
  'root-ca-certificate-publisher-controller',
  'garbage-collector-controller',
  'endpoints-controller',
  'endpointslice-controller',
  'node-lifecycle-controller',
  'taint-eviction-controller',
  'pod-garbage-collector-controller',
  'clusterrole-aggregation-controller',
  'resourcequota-controller',
];

export interface ControllerManagerOptions {
  readonly port: number;
  readonly credentials: Credentials;
}

export function buildControllerManagerArgs(options: ControllerManagerOptions): string[] {
  const { credentials, port } = options;
  return [
    `--kubeconfig=${credentials.componentKubeconfigs['kube-controller-manager']}`,
    '--leader-elect=false',
    '--use-service-account-credentials=false',
    '--profiling=false',
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--tls-cert-file=${credentials.servingCertFile}`,
    `--tls-private-key-file=${credentials.servingKeyFile}`,
    `--root-ca-file=${credentials.caFile}`,
    `--service-account-private-key-file=${credentials.serviceAccountKeyFile}`,
    '--concurrent-deployment-syncs=20',
    '--concurrent-replicaset-syncs=20',
    // A machine busy with something else must not lose the nodes of its rig.
    '--node-monitor-grace-period=180s',
    `--controllers=${CONTROLLERS.join(',')}`,
  ];
}
