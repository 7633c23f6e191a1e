import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { explain } from '../../domain/health/combine.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import { ActivityError } from '../errors.ts';
import { verifyRefreshed } from '../refresh/verify-refreshed.ts';
import { lookAtVersion } from './look-at-version.ts';

/** At the end: every istiod still serves the target, and all that was restarted has its proxy. */
export async function verifyMeshInPlace(
  access: ClusterAccess,
  plan: UpgradePlan,
  failed: Readonly<Record<string, string>>,
): Promise<string> {
  const { to, meshNamespace } = plan;
  const verdict = await lookAtVersion(access, meshNamespace, to);
  if (verdict.status !== 'Healthy') {
    throw new ActivityError(
      'Unhealthy',
      `the mesh is not wholly at ${to.version}: ${explain(verdict)}`,
      [verdict],
    );
  }
  const proxies = await verifyRefreshed(access, plan, failed);
  return [...verdict.conditions.map(({ message }) => message), proxies].join('; ');
}
