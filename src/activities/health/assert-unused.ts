import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { usersOf } from '../../domain/mesh/users-of.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import { ActivityError } from '../errors.ts';
import { inspectMesh } from '../inspect-mesh.ts';

/**
 * The last look before a control plane is taken away, be it the old one at the end or the new one
 * in a rollback: what cannot be told counts as in use (invariant I2).
 */
export async function assertUnused(
  access: ClusterAccess,
  plan: UpgradePlan,
  revision: string,
): Promise<void> {
  const { meshNamespace, cluster } = plan;
  const mesh = await inspectMesh(access.worker, { cluster: cluster.name, meshNamespace });
  const users = usersOf(mesh, revision);
  if (users.length === 0) return;
  throw new ActivityError(
    'Unhealthy',
    `expected nothing to use revision ${revision} before it is removed, found ${users.length}: ${users.slice(0, 10).join('; ')}`,
  );
}
