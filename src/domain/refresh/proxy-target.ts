import type { PodFacts } from '../mesh/interpret-pods.ts';
import { compareIstioVersions, parseIstioVersion } from '../version/istio-version.ts';
import { imageVersion } from '../version/image-version.ts';

/** The proxy that new pods get from a revision, as its injector rendered it in a dry run. */
export interface ProxyTarget {
  readonly revision: string;
  readonly image: string;
  /** Of the image's tag, without its variant. */
  readonly version: string;
}

/**
 * Whether a pod has that proxy, or a newer one of the same revision: the control plane may have been
 * patched once more since the plan. Another variant of the image (`-distroless`) is the same version.
 */
export function isRefreshed(
  { revision, proxyImage }: Pick<PodFacts, 'revision' | 'proxyImage'>,
  target: ProxyTarget,
): boolean {
  if (revision !== target.revision || proxyImage === undefined) return false;
  if (proxyImage === target.image) return true;
  const [found, wanted] = [imageVersion(proxyImage), parseIstioVersion(target.version)];
  return found !== undefined && wanted !== undefined && compareIstioVersions(found, wanted) >= 0;
}
