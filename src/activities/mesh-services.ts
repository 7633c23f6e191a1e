import { openCluster, type ClusterAccess } from '../clients/cluster-access.ts';
import { createCommandRunner } from '../clients/command-runner.ts';
import type { Config } from '../config/config.ts';
import type { UpgradeRequest } from '../domain/request/request.ts';
import { createIstioctlInstaller } from '../installers/istioctl/index.ts';
import type { MeshInstaller } from '../installers/installer.ts';
import { rememberRenders } from '../installers/remember-renders.ts';
import { checkPlan } from './check-plan.ts';
import { compilePlan, type CompileRequest } from './compile-plan.ts';
import { takeInventory } from './inventory/take-inventory.ts';
import type { MeshServices } from './services.ts';
import { surveyMeshTargets } from './survey-mesh-targets.ts';
import { clusterConfig } from './with-cluster.ts';

/** The installer of a configuration. */
export function createInstaller(config: Config): MeshInstaller {
  const commands = createCommandRunner();
  return rememberRenders(createIstioctlInstaller({ commands, binaries: config.istioctl }));
}

/** Inspect and plan for whoever has a configuration: the CLI in its own process. */
export function createMeshServices(config: Config): MeshServices {
  const installer = createInstaller(config);
  return {
    inspect: async (cluster, signal) => {
      const entry = clusterConfig(config, cluster);
      const { meshNamespace } = entry;
      return takeInventory(openCluster(entry, signal), { cluster, meshNamespace });
    },
    targets: async (cluster, signal) => {
      const entry = clusterConfig(config, cluster);
      const { meshNamespace } = entry;
      return surveyMeshTargets(openCluster(entry, signal).worker, installer, {
        cluster,
        meshNamespace,
        versions: config.versions,
        today: new Date().toISOString().slice(0, 10),
      });
    },
    plan: async (request, signal) => {
      const { access, compile } = compilation(config, request, signal);
      const { planned } = await compilePlan(access, installer, compile, signal);
      return planned;
    },
    checkPlan: async (request, kept, signal) => {
      const { access, compile } = compilation(config, request, signal);
      return checkPlan(access, installer, { ...compile, kept }, signal);
    },
  };
}

/** What planning needs, from the cluster's entry in the configuration. */
function compilation(
  config: Config,
  request: UpgradeRequest,
  signal: AbortSignal,
): { readonly access: ClusterAccess; readonly compile: CompileRequest } {
  const entry = clusterConfig(config, request.cluster);
  const { policy, meshNamespace } = entry;
  const { versions } = config;
  return {
    access: openCluster(entry, signal),
    compile: { request, policy, meshNamespace, versions },
  };
}
