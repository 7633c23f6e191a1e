import type { KubernetesObject } from '../kubernetes-object.ts';
import type { OwningInstaller } from './control-plane-detail.ts';

/** Where the AKS add-on keeps its control planes (istio-facts section 14.2). */
const AKS_NAMESPACE = 'aks-istio-system';
/** Images of Google's own builds (istio-facts section 15). */
const GOOGLE_IMAGE = /(^|\/)gke-release\/asm\//;

/**
 * Who put a control plane there. Sail and the add-on of AKS are asked first: they use Helm inside,
 * and leave its marks.
 */
export function owningInstaller({ metadata }: KubernetesObject, image: string): OwningInstaller {
  const { labels = {}, annotations = {}, ownerReferences = [] } = metadata;
  if (ownerReferences.some(({ apiVersion }) => apiVersion.startsWith('sailoperator.io/'))) {
    return 'sail';
  }
  if (metadata.namespace === AKS_NAMESPACE) return 'aks';
  if (GOOGLE_IMAGE.test(image)) return 'google';
  if (labels['operator.istio.io/managed'] !== undefined) return 'istioctl';
  if (annotations['meta.helm.sh/release-name'] !== undefined) return 'helm';
  return 'unknown';
}
