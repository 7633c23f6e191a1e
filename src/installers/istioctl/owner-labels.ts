import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { RenderedObject } from '../installer.ts';

/** Field manager under which `istioctl install` applies. */
export const ISTIOCTL_FIELD_MANAGER = 'istio-operator';

export interface Owner {
  readonly version: string;
  readonly revision: string;
  readonly meshNamespace: string;
  /** `metadata.name` of the IstioOperator, where there is one. */
  readonly name?: string;
}

/** The object with the labels by which `istioctl install` and `uninstall` know it as theirs. */
export function withOwnerLabels(
  { component, object }: RenderedObject,
  owner: Owner,
): KubernetesObject {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: {
        ...object.metadata.labels,
        'operator.istio.io/managed': 'Reconcile',
        'operator.istio.io/version': owner.version,
        'operator.istio.io/component': component,
        'install.operator.istio.io/owning-resource-namespace': owner.meshNamespace,
        'istio.io/rev': owner.revision,
        ...(owner.name === undefined
          ? {}
          : { 'install.operator.istio.io/owning-resource': owner.name }),
      },
    },
  };
}
