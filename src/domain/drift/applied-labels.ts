import type { KubernetesObject } from '../kubernetes-object.ts';
import { REVISION_LABEL } from '../mesh/istio-labels.ts';
import { ownedFields } from './field-owners.ts';
import { isInstallers } from './noise.ts';

/** Labels by which an installer says of which version and revision an object is. */
const LABELS = ['operator.istio.io/version', REVISION_LABEL];

/** Those of them that the installer itself set; one that somebody else wrote says nothing. */
export function appliedLabels(object: KubernetesObject): Readonly<Record<string, string>> {
  const owned = new Set(
    ownedFields(object)
      .filter(isInstallers)
      .map(({ field }) => field),
  );
  return Object.fromEntries(
    Object.entries(object.metadata.labels ?? {}).filter(
      ([key]) => LABELS.includes(key) && owned.has(`.metadata.labels.${key}`),
    ),
  );
}
