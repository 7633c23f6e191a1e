import { matchesSelector } from '../inventory/match-selector.ts';
import type { WebhookFacts } from '../inventory/webhook-facts.ts';
import type { PreflightFacts } from './facts.ts';

/** What `istioctl tag set default` writes into the injector that is no longer asked. */
const DEACTIVATED_LABEL = 'istio.io/deactivated';

/** Set by the API server on every namespace, whatever its owner writes. */
const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name';

/** Whether a webhook was put out of use by selectors that never match. */
export function isInert({ namespaceSelector, objectSelector }: WebhookFacts): boolean {
  return [namespaceSelector, objectSelector].some(
    ({ matchLabels }) => matchLabels?.[DEACTIVATED_LABEL] !== undefined,
  );
}

/** Namespaces in which a webhook is asked about a plain pod, or about one of the workloads that are there. */
export function namespacesReachedBy(
  { namespaceSelector, objectSelector }: WebhookFacts,
  { mesh, inventory }: Pick<PreflightFacts, 'mesh' | 'inventory'>,
): readonly string[] {
  const isPodSelected = (labels: Readonly<Record<string, string>>): boolean =>
    matchesSelector(objectSelector, labels);
  const isPlainPodSelected = isPodSelected({});
  const withSuchPods = new Set(
    inventory.workloads
      .filter(({ podLabels }) => isPodSelected(podLabels))
      .map(({ namespace }) => namespace),
  );
  return mesh.namespaces
    .filter(
      ({ name, labels }) =>
        (isPlainPodSelected || withSuchPods.has(name)) &&
        matchesSelector(namespaceSelector, { ...labels, [NAMESPACE_NAME_LABEL]: name }),
    )
    .map(({ name }) => name);
}
