import { compareRefs, refOf } from '../../domain/kubernetes-object.ts';
import type { RenderedObject } from '../installer.ts';

/**
 * What an object needs comes before it. Webhooks come last: nothing is sent to a control plane
 * before its Deployment and Service were applied.
 */
const KIND_ORDER = [
  'Namespace',
  'CustomResourceDefinition',
  'ServiceAccount',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'Secret',
  'ConfigMap',
  // Kinds that are not listed are put here.
  '*',
  'Service',
  'Deployment',
  'PodDisruptionBudget',
  'HorizontalPodAutoscaler',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
];

/** Base before Pilot, then by kind, then by name: the same for the same objects, whatever their order was. */
export function inApplyOrder(objects: readonly RenderedObject[]): RenderedObject[] {
  return [...objects].sort(
    (a, b) =>
      componentRank(a) - componentRank(b) ||
      kindRank(a.object.kind) - kindRank(b.object.kind) ||
      compareRefs(refOf(a.object), refOf(b.object)),
  );
}

function componentRank({ component }: RenderedObject): number {
  return component === 'Base' ? 0 : 1;
}

function kindRank(kind: string): number {
  const rank = KIND_ORDER.indexOf(kind);
  return rank < 0 ? KIND_ORDER.indexOf('*') : rank;
}
