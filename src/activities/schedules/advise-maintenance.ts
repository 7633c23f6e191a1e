import { openCluster } from '../../clients/cluster-access.ts';
import type { Config } from '../../config/config.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { API_VERSION } from '../../domain/request/request.ts';
import { adviseRefresh } from '../../domain/standing-policy/advise-refresh.ts';
import { adviseVersion } from '../../domain/standing-policy/advise-version.ts';
import type { Advice } from '../../domain/standing-policy/maintenance-report.ts';
import type { StandingPolicy } from '../../domain/standing-policy/maintenance-request.ts';
import type { MeshInstaller } from '../../installers/installer.ts';
import { compileRefresh } from '../refresh/compile-refresh.ts';
import { surveyMeshTargets } from '../survey-mesh-targets.ts';
import { clusterConfig } from '../with-cluster.ts';

/** What a standing policy asks for now, by what the cluster and the configuration tell. Writes nothing. */
export async function adviseMaintenance(
  { config, installer }: { readonly config: Config; readonly installer: MeshInstaller },
  { cluster, policy }: { readonly cluster: string; readonly policy: StandingPolicy },
): Promise<Advice> {
  const entry = clusterConfig(config, cluster);
  const { meshNamespace } = entry;
  switch (policy.kind) {
    case 'resume':
      return { kind: 'nothing', because: 'no run is open, so none waits for the window' };
    case 'fresh-data-plane': {
      const request = { apiVersion: API_VERSION, cluster, overrides: [] };
      const { planned } = await compileRefresh(openCluster(entry), {
        request,
        policy: entry.policy,
        meshNamespace,
      });
      return adviseRefresh(planned);
    }
    case 'patch':
    case 'minor': {
      const { versions } = config;
      const today = new Date().toISOString().slice(0, 10);
      const { worker } = openCluster(entry);
      const targets = await surveyMeshTargets(worker, installer, {
        cluster,
        meshNamespace,
        versions,
        today,
      });
      return adviseVersion(policy, { targets, versions, today });
    }
    default:
      return assertNever(policy);
  }
}
