import type { Known } from '../inventory/known.ts';
import type { ProxyTarget } from '../refresh/proxy-target.ts';
import { imageVersion } from '../version/image-version.ts';
import type { IstioVersion } from '../version/istio-version.ts';

export type InPlaceTarget =
  | { readonly kind: 'target'; readonly target: ProxyTarget }
  /** Why it cannot be told which proxy the target will render. */
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * The proxy that a revision will render at another version: the image that it renders now with that
 * version in its tag. Registry and variant stay, as the values that say them do.
 */
export function inPlaceTarget(
  revision: string,
  image: Known<string>,
  version: IstioVersion,
): InPlaceTarget {
  if (image.kind === 'unknown') {
    const why = `its injector did not answer with a proxy to a pod that is not created: ${image.why}`;
    return { kind: 'unknown', why };
  }
  const now = imageVersion(image.value);
  if (now === undefined || image.value.includes('@')) {
    return { kind: 'unknown', why: `it renders the proxy ${image.value}, whose tag is no version` };
  }
  const at = image.value.lastIndexOf(now);
  const next = `${image.value.slice(0, at)}${version}${image.value.slice(at + now.length)}`;
  return { kind: 'target', target: { revision, image: next, version, exact: true } };
}
