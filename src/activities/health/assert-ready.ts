import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { explain } from '../../domain/health/combine.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import { ActivityError } from '../errors.ts';
import { readHealth } from './read-health.ts';

/** Nothing may select a revision whose control plane is not ready and injecting (invariant I1). */
export async function assertReadyToSelect(access: ClusterAccess, plan: UpgradePlan): Promise<void> {
  const verdict = await readHealth(access, {
    meshNamespace: plan.meshNamespace,
    revisions: [plan.to.revision],
    namespaces: [],
  });
  if (verdict.status === 'Healthy') return;
  throw new ActivityError(
    'Unhealthy',
    `expected ${plan.to.revision} to be ready before anything selects it; ${explain(verdict)}`,
    [verdict],
  );
}
