import { compareText, type KubernetesObject } from '../kubernetes-object.ts';
import { INJECTION_LABEL, REVISION_LABEL } from '../mesh/istio-labels.ts';
import type { NamespaceRoot } from './interpret-root-certificates.ts';
import { managersOf } from './manager-marks.ts';
import type { NamespaceDetail } from './namespace-detail.ts';

const DATAPLANE_LABEL = 'istio.io/dataplane-mode';

/** Namespaces by name, with the root certificates that were found in them. */
export function interpretNamespaceDetails(
  namespaces: readonly KubernetesObject[],
  roots: readonly NamespaceRoot[],
): NamespaceDetail[] {
  const rootOf = new Map(roots.map(({ namespace, digest }) => [namespace, digest]));
  return namespaces
    .map(({ metadata }): NamespaceDetail => {
      const labels = metadata.labels ?? {};
      const mode = labels[DATAPLANE_LABEL];
      const root = rootOf.get(metadata.name);
      return {
        name: metadata.name,
        hasBothLabels:
          labels[INJECTION_LABEL] !== undefined && labels[REVISION_LABEL] !== undefined,
        ...(mode === undefined ? {} : { dataplaneMode: mode }),
        ...(root === undefined ? {} : { rootDigest: root }),
        managers: managersOf(metadata),
      };
    })
    .toSorted((a, b) => compareText(a.name, b.name));
}
