import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { connectedUsers, type ConnectedUsers } from '../../domain/health/connections.ts';
import { usersOf } from '../../domain/mesh/users-of.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import { inspectMesh } from '../inspect-mesh.ts';
import { lookUntil } from './look-until.ts';
import { readConnections } from './read-connections.ts';

/** Who uses a revision, in words. */
export interface UsageCensus {
  /** Empty is the only answer that lets it be removed. */
  readonly users: readonly string[];
  /** What could not be told, and is no use by the policy. */
  readonly remarks: readonly string[];
}

/**
 * Everything that selects a revision, has its proxy or is connected to its istiods. istiod notices
 * late that a client has gone without a word, so connections are given a while to end.
 */
export async function readUsers(
  access: ClusterAccess,
  plan: Pick<UpgradePlan, 'cluster' | 'meshNamespace' | 'policy'>,
  revision: string,
): Promise<UsageCensus> {
  const { meshNamespace, cluster, policy } = plan;
  const mesh = await inspectMesh(access.worker, { cluster: cluster.name, meshNamespace });
  const users = usersOf(mesh, revision);
  const { connections = 'off', waitSeconds = 0 } = policy.census ?? {};
  if (users.length > 0 || connections === 'off') return { users, remarks: [] };
  const mustKnow = connections === 'required';
  const seen = await lookUntil(
    async () =>
      connectedUsers(revision, await readConnections(access.worker, { meshNamespace, revision })),
    (found) => found.users.length === 0 && !(mustKnow && found.unknown.length > 0),
    waitSeconds,
  );
  return judge(seen, mustKnow);
}

/** What cannot be told counts as in use where it has to be known (invariant I2). */
function judge({ users, unknown }: ConnectedUsers, mustKnow: boolean): UsageCensus {
  const untold = unknown.map((why) => `who is connected to it is not known: ${why}`);
  return mustKnow ? { users: [...users, ...untold], remarks: [] } : { users, remarks: untold };
}
