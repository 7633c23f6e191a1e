import type { KubernetesObject } from '../kubernetes-object.ts';
import { COMPONENT_LABEL } from './istio-labels.ts';

/** Whether a rendered object is of the control plane: both renders of everything know it by a label. */
export function isOfControlPlane({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[COMPONENT_LABEL] === 'Pilot';
}
