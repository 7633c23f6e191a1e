import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../clients/resource-kinds.ts';
import { REVISION_LABEL } from '../../domain/mesh/istio-labels.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import { admissionInTenSeconds } from '../../domain/restart/admission-rate.ts';
import type { WindowLimits } from '../../domain/restart/window.ts';
import { ActivityError } from '../errors.ts';
import { ISTIOD_SELECTOR } from '../inspect-mesh.ts';

/** What the policy allows, and no more new proxies than the target's istiod admits. */
export async function readWindowLimits(
  kubernetes: KubernetesClient,
  { policy, meshNamespace, to }: Pick<UpgradePlan, 'policy' | 'meshNamespace' | 'to'>,
): Promise<WindowLimits> {
  const istiods = await kubernetes.list(RESOURCE_KINDS.deployment, {
    namespace: meshNamespace,
    labelSelector: `${ISTIOD_SELECTOR},${REVISION_LABEL}=${to.revision}`,
  });
  if (istiods.length === 0) {
    throw new ActivityError(
      'Unhealthy',
      `expected an istiod of ${to.revision} in ${meshNamespace}, found none: no pod is moved to it`,
    );
  }
  const admitted = istiods.reduce((sum, istiod) => sum + admissionInTenSeconds(istiod), 0);
  const { maxPodsInFlight, maxPodsPerSecond = Number.POSITIVE_INFINITY } = policy.restart;
  return { maxPodsInFlight, podsPerTenSeconds: Math.min(admitted, 10 * maxPodsPerSecond) };
}
