import { activityInfo } from '@temporalio/activity';
import { openCluster, type ClusterAccess } from '../clients/cluster-access.ts';
import type { ClusterConfig, Config } from '../config/config.ts';
import { ActivityError } from './errors.ts';
import { toFailure } from './failures.ts';
import { startHeart, type Heart } from './heartbeat.ts';
import { readClusterUid } from './inspect-mesh.ts';
import type { RunRef } from './run-ref.ts';
import { InvalidRequestError } from './services.ts';

/** The configuration of a cluster, or a clear refusal that lists the known ones. */
export function clusterConfig(config: Config, name: string): ClusterConfig {
  const found = config.clusters.get(name);
  if (found !== undefined) return found;
  const known = [...config.clusters.keys()].sort().join(', ') || 'none';
  throw new InvalidRequestError(
    `unknown cluster "${name}"; ${config.file} has ${known}. Add it there, or correct the name`,
  );
}

/**
 * Runs activity code against the run's cluster, after proving that it is still the same cluster.
 * Every error leaves as an `ApplicationFailure`. A cancellation does not tear requests apart: what
 * has begun is brought to a consistent end, and the work itself looks for it where it may stop.
 */
export async function withCluster<T>(
  config: Config,
  run: RunRef,
  work: (access: ClusterAccess, heart: Heart) => Promise<T>,
): Promise<T> {
  const heart = startHeart(activityInfo().heartbeatDetails);
  try {
    const access = openCluster(clusterConfig(config, run.cluster));
    const uid = await readClusterUid(access.worker);
    if (uid !== run.clusterUid) {
      throw new ActivityError(
        'WrongCluster',
        `expected cluster ${run.cluster} to be ${run.clusterUid} (uid of kube-system), found ${uid}: the kubeconfig points to another cluster now. Point it back; nothing was written`,
      );
    }
    return await work(access, heart);
  } catch (error) {
    throw toFailure(error);
  } finally {
    heart.stop();
  }
}
