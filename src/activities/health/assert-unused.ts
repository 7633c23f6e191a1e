import type { ClusterAccess } from '../../clients/cluster-access.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import { ActivityError } from '../errors.ts';
import { readUsers } from './read-users.ts';

/**
 * The last look before a control plane is taken away, be it the old one at the end or the new one
 * in a rollback.
 */
export async function assertUnused(
  access: ClusterAccess,
  plan: UpgradePlan,
  revision: string,
): Promise<void> {
  const { users } = await readUsers(access, plan, revision);
  if (users.length === 0) return;
  throw new ActivityError(
    'Unhealthy',
    `expected nothing to use revision ${revision} before it is removed, found ${users.length}: ${users.slice(0, 10).join('; ')}`,
  );
}
