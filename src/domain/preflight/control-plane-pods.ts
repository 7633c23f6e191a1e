import type { ResourceAmount } from '../inventory/capacity.ts';
import { currentControlPlanes, type PreflightFacts } from './facts.ts';

/**
 * Requests of the istiod pods that come beside the running ones, one each: for a canary the new
 * revision; in place too, since istiod's chart surges by 100 % (`rollingMaxSurge`).
 */
export function addedControlPlanePods(facts: PreflightFacts): readonly ResourceAmount[] {
  return currentControlPlanes(facts).flatMap(({ revision, replicas }) => {
    const detail = facts.inventory.controlPlanes.find((each) => each.revision === revision);
    if (detail === undefined) return [];
    return Array.from({ length: Math.max(1, replicas) }, () => detail.requests);
  });
}
