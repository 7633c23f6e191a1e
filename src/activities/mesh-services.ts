import { openCluster } from '../clients/cluster-access.ts';
import { createCommandRunner } from '../clients/command-runner.ts';
import type { Config } from '../config/config.ts';
import { createIstioctlInstaller } from '../installers/istioctl/index.ts';
import type { MeshInstaller } from '../installers/installer.ts';
import { compilePlan } from './compile-plan.ts';
import { inspectMesh } from './inspect-mesh.ts';
import type { MeshServices } from './services.ts';
import { clusterConfig } from './with-cluster.ts';

/** The installer of a configuration. */
export function createInstaller(config: Config): MeshInstaller {
  return createIstioctlInstaller({
    commands: createCommandRunner(),
    binaries: config.istioctl,
  });
}

/** Inspect and plan for whoever has a configuration: the CLI in its own process. */
export function createMeshServices(config: Config): MeshServices {
  const installer = createInstaller(config);
  return {
    inspect: async (cluster, signal) => {
      const entry = clusterConfig(config, cluster);
      const { meshNamespace } = entry;
      return inspectMesh(openCluster(entry, signal).worker, { cluster, meshNamespace });
    },
    plan: async (request, signal) => {
      const entry = clusterConfig(config, request.cluster);
      const { policy, meshNamespace } = entry;
      const access = openCluster(entry, signal);
      const { planned } = await compilePlan(
        access,
        installer,
        { request, policy, meshNamespace },
        signal,
      );
      return planned;
    },
  };
}
