import type { Credentials } from './identities.ts';

export interface ApiServerOptions {
  readonly port: number;
  readonly etcdPort: number;
  readonly credentials: Credentials;
  readonly egressConfig: string;
  readonly auditPolicy: string;
  readonly auditLog: string;
  /** Where it would otherwise write, namely below `/var/run`. */
  readonly certDir: string;
}

export function buildApiServerArgs(options: ApiServerOptions): string[] {
  const { credentials } = options;
  return [
    `--etcd-servers=http://127.0.0.1:${options.etcdPort}`,
    `--secure-port=${options.port}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    // A loopback address is refused as an endpoint of the Service `kubernetes`.
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--allow-privileged=true',
    '--authorization-mode=Node,RBAC',
    // Two cores: what is slow must be the work itself, not a queue in front of it.
    '--enable-priority-and-fairness=false',
    '--max-requests-inflight=0',
    '--max-mutating-requests-inflight=0',
    '--profiling=false',
    '--event-ttl=10m',
    `--cert-dir=${options.certDir}`,
    `--tls-cert-file=${credentials.servingCertFile}`,
    `--tls-private-key-file=${credentials.servingKeyFile}`,
    `--client-ca-file=${credentials.caFile}`,
    // Clients of the kubelet's port, which KWOK serves with the rig's own certificate.
    `--kubelet-certificate-authority=${credentials.caFile}`,
    `--kubelet-client-certificate=${credentials.servingCertFile}`,
    `--kubelet-client-key=${credentials.servingKeyFile}`,
    `--service-account-key-file=${credentials.serviceAccountKeyFile}`,
    `--service-account-signing-key-file=${credentials.serviceAccountKeyFile}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--egress-selector-config-file=${options.egressConfig}`,
    `--audit-policy-file=${options.auditPolicy}`,
    `--audit-log-path=${options.auditLog}`,
    // Counting requests wants one file from the first line to the last.
    '--audit-log-maxsize=2000',
  ];
}
