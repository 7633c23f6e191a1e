import type { PlannedObject } from './plan.ts';

/**
 * Webhooks go first: one whose Service is gone keeps pods from being created. What istiod runs as
 * goes last, so that it can finish what it does.
 */
const DELETION_ORDER: readonly string[] = [
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingAdmissionPolicy',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'Deployment',
  'Service',
  'ConfigMap',
  'RoleBinding',
  'Role',
  'ClusterRoleBinding',
  'ClusterRole',
  'ServiceAccount',
];

/** The objects in the order in which they are removed. */
export function orderDeletions(objects: readonly PlannedObject[]): PlannedObject[] {
  const rank = ({ ref }: PlannedObject): number => {
    const index = DELETION_ORDER.indexOf(ref.kind);
    return index === -1 ? DELETION_ORDER.length : index;
  };
  return [...objects].sort((a, b) => rank(a) - rank(b));
}
