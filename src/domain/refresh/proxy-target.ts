import type { PodFacts } from '../mesh/interpret-pods.ts';
import {
  compareIstioVersions,
  parseIstioVersion,
  type IstioVersion,
} from '../version/istio-version.ts';
import { imageVersion } from '../version/image-version.ts';

/** The proxy that new pods get from a revision. */
export interface ProxyTarget {
  readonly revision: string;
  readonly image: string;
  /** Of the image's tag, without its variant. */
  readonly version: string;
  /** Set where a newer proxy is another one as well: in place a run goes up and down. */
  readonly exact?: true;
}

/**
 * Whether a pod has that proxy, or, unless it is to be this very one, a newer one of the same revision:
 * the control plane may have been patched once more since the plan. Another variant of the image
 * (`-distroless`) is the same version.
 */
export function isRefreshed(
  { revision, proxyImage }: Pick<PodFacts, 'revision' | 'proxyImage'>,
  target: ProxyTarget,
): boolean {
  if (revision !== target.revision || proxyImage === undefined) return false;
  if (proxyImage === target.image) return true;
  const [found, wanted] = [imageVersion(proxyImage), parseIstioVersion(target.version)];
  return found !== undefined && wanted !== undefined && isAsNew(found, wanted, target);
}

/** Whether a proxy of that version needs no restart for the one that is wanted. */
export function isAsNew(
  found: IstioVersion,
  wanted: IstioVersion,
  { exact }: Pick<ProxyTarget, 'exact'>,
): boolean {
  const order = compareIstioVersions(found, wanted);
  return exact === true ? order === 0 : order >= 0;
}
