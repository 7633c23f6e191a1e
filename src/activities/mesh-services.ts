import { openCluster } from '../clients/cluster-access.ts';
import { createCommandRunner } from '../clients/command-runner.ts';
import type { Config } from '../config/config.ts';
import { directionOf } from '../domain/planning/direction.ts';
import type { TypedRequest } from '../domain/request/request.ts';
import { createIstioctlInstaller } from '../installers/istioctl/index.ts';
import type { MeshInstaller } from '../installers/installer.ts';
import { rememberRenders } from '../installers/remember-renders.ts';
import { checkPlan } from './check-plan.ts';
import { compilePlan } from './compile-plan.ts';
import type { Compiled } from './conclude-plan.ts';
import { takeInventory } from './inventory/take-inventory.ts';
import { compileRefresh } from './refresh/compile-refresh.ts';
import { compileRollback } from './rollback/compile-rollback.ts';
import { listRecordedRuns } from './rollback/list-recorded-runs.ts';
import type { MeshServices } from './services.ts';
import { surveyMeshTargets } from './survey-mesh-targets.ts';
import { clusterConfig } from './with-cluster.ts';

/** The installer of a configuration. */
export function createInstaller(config: Config): MeshInstaller {
  const commands = createCommandRunner();
  const { istioctl: binaries, artefacts } = config;
  return rememberRenders(createIstioctlInstaller({ commands, binaries, artefacts }));
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
    recordedRuns: async (cluster, signal) => {
      const entry = clusterConfig(config, cluster);
      const { meshNamespace } = entry;
      return listRecordedRuns(openCluster(entry, signal).worker, { cluster, meshNamespace });
    },
    plan: async (asked, signal) => {
      const { planned } = await compile(asked, { config, installer, signal });
      return planned;
    },
    checkPlan: async (asked, kept, signal) =>
      checkPlan(kept, () => compile(asked, { config, installer, signal })),
  };
}

/** Plans with what the cluster's entry in the configuration adds to a request. */
async function compile(
  asked: TypedRequest,
  {
    config,
    installer,
    signal,
  }: {
    readonly config: Config;
    readonly installer: MeshInstaller;
    readonly signal: AbortSignal;
  },
): Promise<Compiled> {
  const entry = clusterConfig(config, asked.request.cluster);
  const access = openCluster(entry, signal);
  const { policy, meshNamespace } = entry;
  switch (asked.type) {
    case 'upgradeMesh':
    case 'downgradeMesh': {
      const { request } = asked;
      const { versions } = config;
      const { manualInjection } = entry;
      const direction = directionOf(asked.type);
      const given = { request, policy, meshNamespace, versions, direction, manualInjection };
      return compilePlan(access, installer, given, signal);
    }
    case 'rollbackMesh':
      return compileRollback(access, { request: asked.request, policy, meshNamespace });
    case 'refreshProxies':
      return compileRefresh(access, { request: asked.request, policy, meshNamespace });
  }
}
