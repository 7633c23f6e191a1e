import type { KubernetesObject } from '../kubernetes-object.ts';
import { REVISION_LABEL } from '../mesh/istio-labels.ts';
import type { LabelSelector } from './capacity.ts';
import type { ServiceFacts } from './interpret-services.ts';

interface WithSelector {
  readonly spec?: { readonly selector?: LabelSelector };
}

/**
 * Who tells a workload's pods by their label `istio.io/rev`, and would lose them if it changed: its
 * own selector, which nobody can change, or a Service.
 */
export function revisionAskedBy(
  workload: KubernetesObject,
  podLabels: Readonly<Record<string, string>>,
  services: readonly ServiceFacts[],
): string | undefined {
  const { selector = {} } = (workload as KubernetesObject & WithSelector).spec ?? {};
  if (asksForRevision(selector)) return 'its selector';
  const { namespace } = workload.metadata;
  const service = services.find(
    (each) =>
      each.namespace === namespace &&
      each.selector !== undefined &&
      Object.hasOwn(each.selector, REVISION_LABEL) &&
      Object.entries(each.selector).every(([key, value]) => podLabels[key] === value),
  );
  return service === undefined ? undefined : `Service ${service.namespace}/${service.name}`;
}

/** Whether a selector says anything about label `istio.io/rev`. */
export function asksForRevision({
  matchLabels = {},
  matchExpressions = [],
}: LabelSelector): boolean {
  return (
    Object.hasOwn(matchLabels, REVISION_LABEL) ||
    matchExpressions.some(({ key }) => key === REVISION_LABEL)
  );
}
