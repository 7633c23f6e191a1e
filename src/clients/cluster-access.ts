import { createKubernetesClient, type KubernetesClient } from './kubernetes.ts';

/** The identities with which one cluster is reached. */
export interface ClusterAccess {
  /** Reads, labels, restarts. */
  readonly worker: KubernetesClient;
  /** Applies and removes control planes. */
  readonly installer: KubernetesClient;
  /** File that the installer's commands are given. */
  readonly installerKubeconfig: string;
}

/** Opens both identities of a cluster; `signal` ends their requests. */
export function openCluster(
  files: {
    readonly kubeconfig: string;
    readonly installerKubeconfig: string;
    readonly context?: string;
  },
  signal?: AbortSignal,
): ClusterAccess {
  const shared = {
    ...(files.context === undefined ? {} : { context: files.context }),
    ...(signal === undefined ? {} : { signal }),
  };
  return {
    worker: createKubernetesClient({ kubeconfig: files.kubeconfig, ...shared }),
    installer: createKubernetesClient({ kubeconfig: files.installerKubeconfig, ...shared }),
    installerKubeconfig: files.installerKubeconfig,
  };
}
